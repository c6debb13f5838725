//! The local server is nobody else's: every socket that it opens, from its own list, refuses web pages of other origins
//! and names that are not this machine's, before it does anything.

use acceptance::bodies;
use acredita_aws::{AwsClients, sdk_config};
use acredita_domain::{RequestRate, settings::Countries, test_destinations::TestDestinations};
use acredita_listener::Listener;
use acredita_local::{
    inbox::FailRate,
    providers::{Providers, SmsProvider},
    serve::{Options, Server},
};
use acredita_outbound::Outbound;
use http::HeaderMap;
use std::{collections::BTreeSet, fs, net::SocketAddr, path::Path};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const SHOP: &str = "https://shop.example";
const EVIL: &str = "http://evil.example";

async fn server(data: &TempDir) -> Server {
    let options = Options {
        listen: ([127, 0, 0, 1], 0).into(),
        hosts: vec!["acredita.test:80".parse().expect("a host")],
        cors_origins: vec![SHOP.parse().expect("an origin")],
        data_dir: data.path().join("data"),
        issuer: None,
        office_client: None,
        fail_delivery: FailRate::default(),
        providers: Providers::Emulated,
        sms_sender: SmsProvider::Inbox,
        requests_a_second: RequestRate::default(),
        stated_uploads: false,
        sms_countries: Countries::All,
        test_destinations: TestDestinations::default(),
    };
    Server::start(&options).await.expect("it starts")
}

/// The ports that this process listens on, as Linux has them.
fn ports_listened_on() -> BTreeSet<u16> {
    const LISTEN: &str = "0A";
    let sockets: BTreeSet<String> = fs::read_dir("/proc/self/fd")
        .expect("Linux")
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|target| Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let tables = ["tcp", "tcp6"].map(|name| fs::read_to_string(format!("/proc/self/net/{name}")).expect("Linux"));
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let ports = lines.filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let ours = fields[3] == LISTEN && sockets.contains(fields[9]);
        ours.then(|| u16::from_str_radix(fields[1].split_once(':')?.1, 16).ok()).flatten()
    });
    ports.collect()
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn tells_pages_something(&self) -> bool {
        self.head.to_lowercase().contains("access-control-allow")
    }
}

/// Sends a request as it is: clients for HTTP do not let one choose the host.
async fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("\r\n{body}"));
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// What a page can ask for without being asked first, and what it asks first.
async fn as_a_page_would(address: SocketAddr, headers: &[(&str, &str)]) -> Vec<Answer> {
    let preflight = [headers, &[("access-control-request-method", "POST")]].concat();
    let text = [headers, &[("content-type", "text/plain")]].concat();
    vec![
        ask(address, "GET", "/", headers, "").await,
        ask(address, "POST", "/", &text, r#"{"TableName":"acredita"}"#).await,
        ask(address, "OPTIONS", "/", &preflight, "").await,
        ask(address, "PUT", "/emulator/scenario/fraud", headers, "").await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_socket_is_in_the_list_and_is_guarded() {
    let data = tempfile::tempdir().expect("a folder");
    let before = ports_listened_on();
    let server = server(&data).await;
    let listeners = server.listeners();
    let listed: BTreeSet<u16> = listeners.iter().map(|listener| listener.address.port()).collect();
    let open = ports_listened_on();
    assert_eq!(open.difference(&before).copied().collect::<BTreeSet<u16>>(), listed, "{listeners:?}");
    assert_eq!(listeners.len(), 5, "API, three of AWS, and the emulators: {listeners:?}");

    for Listener { name, address } in listeners {
        let own = address.to_string();
        let port = address.port();
        let rebound = format!("evil.example:{port}");
        let strangers: [&[(&str, &str)]; 9] = [
            &[],
            &[("host", &rebound)],
            &[("host", "localhost:1")],
            &[("host", &own), ("host", &rebound)],
            &[("host", &own), ("origin", EVIL)],
            &[("host", &own), ("origin", "null")],
            &[("host", &own), ("origin", "http://localhost:3000")],
            &[("host", &own), ("origin", SHOP), ("origin", EVIL)],
            &[("host", "acredita.test")],
        ];
        for headers in strangers {
            // The API alone answers to the configured host.
            if name == "API" && headers == [("host", "acredita.test")] {
                continue;
            }
            for answer in as_a_page_would(address, headers).await {
                assert_eq!(answer.status, 403, "{name} for {headers:?}: {answer:?}");
                assert!(!answer.tells_pages_something(), "{name} for {headers:?}: {answer:?}");
            }
        }
        let embedded = [("host", own.as_str()), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")];
        // S3 refuses it as it has no signature.
        assert_eq!(ask(address, "GET", "/", &embedded, "").await.status, 403, "{name}");
        // The guard knows its own.
        for host in [own.clone(), format!("localhost:{port}"), format!("[::1]:{port}")] {
            let answer = ask(address, "GET", "/health", &[("host", &host)], "").await;
            assert!(!answer.body.contains("--host"), "{name} as {host}: {answer:?}");
            assert!(!answer.tells_pages_something(), "{name} as {host}: {answer:?}");
        }
        let shop = as_a_page_would(address, &[("host", &own), ("origin", SHOP)]).await;
        let allowed = ["API", "S3"].contains(&name);
        assert!(shop.iter().all(|answer| answer.tells_pages_something() == allowed), "{name}: {shop:?}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_aws_does_nothing_without_a_signature_of_its_folder_s_key_pair() {
    let data = tempfile::tempdir().expect("a folder");
    let server = server(&data).await;
    let overview = server.overview.clone();
    for listener in server.listeners().iter().filter(|listener| ["DynamoDB", "S3", "SQS"].contains(&listener.name)) {
        let host = listener.address.to_string();
        let target = match listener.name {
            "SQS" => "AmazonSQS.GetQueueAttributes",
            _ => "DynamoDB_20120810.Scan",
        };
        let json = [("host", host.as_str()), ("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target)];
        let forged = format!(
            "AWS4-HMAC-SHA256 Credential={}/20261129/eu-west-1/{}/aws4_request, SignedHeaders=host;x-amz-date, Signature={}",
            overview.access_key_id,
            listener.name.to_lowercase(),
            "0".repeat(64)
        );
        let with_forged = [&json[..], &[("authorization", &forged), ("x-amz-date", "20261129T120000Z")]].concat();
        for headers in [&json[..], &with_forged] {
            let answer = ask(listener.address, "POST", "/", headers, r#"{"TableName":"acredita"}"#).await;
            assert!(answer.status >= 400, "{}: {answer:?}", listener.name);
            assert!(!answer.body.contains("Items"), "{}: {answer:?}", listener.name);
        }
    }
    let clients = |secret: &str| {
        let variables = [
            ("AWS_REGION", overview.region.clone()),
            ("AWS_ACCESS_KEY_ID", overview.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", overview.dynamodb.clone()),
            ("AWS_ENDPOINT_URL_S3", overview.s3.clone()),
            ("AWS_ENDPOINT_URL_SQS", overview.sqs.clone()),
        ];
        let find =
            move |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| value.clone());
        AwsClients::new(&sdk_config(Outbound::default().connector(), find).expect("a region"), &[])
    };
    for (secret, good) in [(overview.secret_access_key.as_str(), true), ("acredita-local-only", false)] {
        let clients = clients(secret);
        assert_eq!(clients.dynamodb.scan().table_name(&overview.table).send().await.is_ok(), good, "DynamoDB");
        assert_eq!(clients.s3.list_objects_v2().bucket(&overview.bucket).send().await.is_ok(), good, "S3");
        assert_eq!(clients.sqs.receive_message().queue_url(&overview.queue_url).send().await.is_ok(), good, "SQS");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowed_page_calls_the_api_and_reads_what_is_documented() {
    let data = tempfile::tempdir().expect("a folder");
    let server = server(&data).await;
    let client = reqwest::Client::new();
    let url = format!("{}/v1/orgs/demo/identifications/agent", server.overview.address);
    let preflight = client
        .request(http::Method::OPTIONS, &url)
        .header("origin", SHOP)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,idempotency-key");
    let preflight = preflight.send().await.expect("an answer");
    assert!(preflight.status().is_success());
    let header = |headers: &HeaderMap, name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_lowercase()
    };
    assert_eq!(header(preflight.headers(), "access-control-allow-origin"), SHOP);
    assert_eq!(header(preflight.headers(), "access-control-allow-methods"), "post");
    for name in ["authorization", "content-type", "idempotency-key"] {
        assert!(header(preflight.headers(), "access-control-allow-headers").contains(name), "{name}");
    }
    let token = server.overview.token.clone().expect("a token");
    let created = client.post(&url).header("origin", SHOP).bearer_auth(token).json(&bodies::agent(false));
    let created = created.send().await.expect("an answer");
    assert_eq!(created.status(), 201);
    let refused = client.post(&url).header("origin", SHOP).json(&bodies::agent(false)).send().await.expect("an answer");
    assert_eq!(refused.status(), 401);
    for answer in [created, refused] {
        assert_eq!(header(answer.headers(), "access-control-allow-origin"), SHOP);
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
        let exposed = header(answer.headers(), "access-control-expose-headers");
        for name in ["x-request-id", "retry-after", "www-authenticate", "idempotent-replayed"] {
            assert!(exposed.contains(name), "{exposed}");
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowed_page_reads_neither_the_token_nor_messages() {
    let data = tempfile::tempdir().expect("a folder");
    let server = server(&data).await;
    let api = server.listeners().into_iter().find(|listener| listener.name == "API").expect("it is there").address;
    let own = api.to_string();
    for path in ["/", "/local/inbox"] {
        let mine = ask(api, "GET", path, &[("host", &own), ("accept", "application/json")], "").await;
        assert_eq!(mine.status, 200, "{path}: {mine:?}");
        for origin in [SHOP, &format!("http://{own}")] {
            let headers = [("host", own.as_str()), ("origin", origin), ("accept", "application/json")];
            let answer = ask(api, "GET", path, &headers, "").await;
            assert_eq!(answer.status, 403, "{path} from {origin}: {answer:?}");
        }
    }
    server.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn other_accounts_of_the_machine_read_no_file() {
    use acceptance::program::{Program, binary};
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().expect("a folder");
    let data = place.path().join("data");
    let arguments = ["token", "--org", "demo", "--data-dir", data.to_str().expect("UTF-8")];
    let made = tokio::process::Command::new(binary()).args(arguments).output().await.expect("it runs");
    assert!(made.status.success());
    let closed = |path: &Path| {
        let mode = fs::metadata(path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
    };
    closed(&data);
    // As an older version left it.
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).expect("ours");
    for entry in fs::read_dir(&data).expect("readable") {
        fs::set_permissions(entry.expect("a file").path(), fs::Permissions::from_mode(0o644)).expect("ours");
    }
    let program = Program::serve(&data, &[]).await;
    let token = program.printed("token");
    let call = |method, path| acceptance::Call::org(method, "demo", path).token(&token);
    program.send(call("POST", "/identifications/otp").json(&bodies::otp())).await.expect(201);
    let agent = program.send(call("POST", "/scorings/identity_document").json(&bodies::scoring())).await.expect(200);
    let score = format!("/scorings/identity_document/{}/score", agent.text("scoring_id"));
    program.send(call("PUT", &score).pictures(&[("front", &bodies::png(1))])).await.expect(204);
    let mut files = 0;
    for entry in walkdir::WalkDir::new(&data) {
        let entry = entry.expect("readable");
        closed(entry.path());
        files += usize::from(entry.file_type().is_file());
    }
    assert!(files > 8, "databases with their journals, pictures, keys: {files}");
}
