//! The features of the program `acredita` that the AWS shape does not have, as a user runs it. The common ones are in
//! `shapes`.

use acceptance::{
    Answer, Call, NOBODY, bodies,
    program::{Program, binary, send},
    tokens::{AUD, ISS, ISSUER, Issuer, claims},
};
use acredita_aws::{AwsClients, SystemClock, sdk_config};
use acredita_domain::{code::CodeFormat, ports::Clock};
use acredita_local::gateway::document;
use acredita_outbound::Outbound;
use aws_sdk_sqs::types::QueueAttributeName;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::{collections::HashMap, future::pending, net::Ipv4Addr, path::Path, process::Output, time::Duration};
use tempfile::TempDir;
use tokio::process::Command;

/// The organisation of the token that the program prints.
const ORG: &str = "demo";
/// The time limit for everything that happens automatically.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A running program, and the token that it printed.
struct Service {
    program: Program,
    token: String,
}

impl Service {
    async fn start(data: &Path, arguments: &[&str]) -> Self {
        let program = Program::serve(data, arguments).await;
        let token = program.printed("token");
        Self { program, token }
    }

    fn request(&self, method: &str, path: &str, body: Option<Value>) -> Call {
        let call = Call::org(method, ORG, path).token(&self.token);
        let call = if path.ends_with("/validate") { call.device() } else { call };
        body.map_or(call.clone(), |body| call.json(&body))
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.program.send(self.request(method, path, body)).await
    }

    /// The messages of an identification, as soon as there are any.
    async fn messages(&self, identification_id: &str) -> Vec<Value> {
        let path = format!("/local/inbox?identification_id={identification_id}");
        let look = async {
            loop {
                let inbox =
                    self.program.send(Call::new("GET", &path).header("accept", "application/json")).await.expect(200);
                match inbox.json()["messages"].as_array() {
                    Some(messages) if !messages.is_empty() => return messages.clone(),
                    _ => tokio::time::sleep(POLL).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("a message in time")
    }

    async fn code(&self, identification_id: &str) -> String {
        self.messages(identification_id).await[0]["code"].as_str().expect("a code").to_owned()
    }
}

/// Runs the program to its end.
async fn run(arguments: &[&str]) -> Output {
    let run = Command::new(binary()).args(arguments).kill_on_drop(true).output();
    tokio::time::timeout(PATIENCE, run).await.expect("it ends in time").expect("it runs")
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim().to_owned()
}

/// The arguments of a command over a data folder.
fn over<'a>(data: &'a TempDir, command: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    let data = data.path().to_str().expect("UTF-8");
    [&[command, "--data-dir", data], arguments].concat()
}

async fn token(data: &TempDir, arguments: &[&str]) -> String {
    let output = run(&over(data, "token", &[&["--org", ORG], arguments].concat())).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[tokio::test]
async fn it_says_what_one_needs_to_begin() {
    let data = folder();
    let service = Service::start(data.path(), &[]).await;
    let program = &service.program;
    for label in ["inbox", "docs", "OpenAPI", "health"] {
        let link = program.printed(label);
        let path = link.strip_prefix(&program.address).unwrap_or_else(|| panic!("{label} leads to {link}"));
        program.send(Call::new("GET", path)).await.expect(200);
    }
    assert_eq!(Path::new(&program.printed("data")), data.path());
    for service in ["DynamoDB", "S3", "SQS"] {
        assert!(program.printed(service).starts_with("http://127.0.0.1:"), "{}", program.greeting);
    }
}

#[tokio::test]
async fn the_first_call_that_it_prints_works_as_it_stands() {
    let data = folder();
    let service = Service::start(data.path(), &[]).await;
    let greeting = &service.program.greeting;
    let command = &greeting[greeting.find("curl ").expect("a command")..greeting.find("Ctrl-C").expect("an end")];
    let output = Command::new("sh").args(["-c", command]).output().await.expect("a shell");
    let created: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    assert_eq!(created["status"], "CREATED", "{created}");
}

#[tokio::test]
async fn everything_is_still_there_after_a_restart() {
    let data = folder();
    let service = Service::start(data.path(), &[]).await;
    let created = service.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    let id = created.text("identification_id");
    let code = service.code(&id).await;
    let old_token = service.token.clone();
    assert_eq!(service.program.interrupt().await, Some(0), "Ctrl-C is an ordinary end");
    let service = Service { token: old_token, ..Service::start(data.path(), &[]).await };
    assert_eq!(service.code(&id).await, code, "the inbox keeps its messages");
    let body = json!({ "code": code });
    service.call("PUT", &format!("/identifications/otp/{id}/validate"), Some(body)).await.expect(204);
}

#[tokio::test]
async fn a_log_is_verified_against_its_subject() {
    let data = folder();
    let service = Service::start(data.path(), &[]).await;
    let created = service.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    let (id, admin) = (created.text("identification_id"), created.text("admin_identification_id"));
    service.call("POST", &format!("/identifications/agent/{admin}/close"), None).await.expect(204);
    assert_eq!(service.program.interrupt().await, Some(0));
    for subject in [&id, &admin] {
        let verified = run(&over(&data, "verify", &["--org", ORG, "--subject", subject])).await;
        assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stderr));
        assert!(text(&verified.stdout).starts_with("2 events, unbroken"), "{}", text(&verified.stdout));
    }
    let unknown = run(&over(&data, "verify", &["--org", ORG, "--subject", NOBODY])).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("no events"), "{}", text(&unknown.stderr));
}

#[tokio::test]
async fn a_data_folder_that_is_in_use_is_refused() {
    let data = folder();
    let service = Service::start(data.path(), &[]).await;
    let second = run(&over(&data, "serve", &["--listen", "127.0.0.1:0"])).await;
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second.stderr).contains("is in use by another process"), "{}", text(&second.stderr));
    service.call("POST", "/identifications/otp", Some(bodies::external_otp())).await.expect(201);
}

#[tokio::test]
async fn an_address_that_is_in_use_is_refused() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let refused = run(&over(&folder(), "serve", &["--listen", &address])).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains(&format!("cannot listen on {address}")), "{}", text(&refused.stderr));
}

#[tokio::test]
async fn with_a_jwks_only_its_keys_count() {
    let data = folder();
    let jwks = data.path().join("jwks.json");
    std::fs::write(&jwks, ISSUER.jwks.to_string()).expect("writable");
    let program = Program::serve(data.path(), &["--jwks", jwks.to_str().expect("UTF-8")]).await;
    assert!(program.printed("tokens").contains("--jwks"), "{}", program.greeting);
    let in_an_hour = SystemClock.now().timestamp() + 3_600;
    let create = |token: String| {
        program.send(Call::org("POST", ORG, "/identifications/agent").token(&token).json(&bodies::agent(false)))
    };
    create(ISSUER.sign(&claims(ORG, in_an_hour))).await.expect(201);
    create(token(&data, &[]).await).await.expect(401);
    create(Issuer::generate().sign(&claims(ORG, in_an_hour))).await.expect(401);
}

#[tokio::test]
async fn an_issuer_has_its_name_its_audience_and_its_claims() {
    let data = folder();
    let jwks = data.path().join("jwks.json");
    std::fs::write(&jwks, ISSUER.jwks.to_string()).expect("writable");
    let told = ["--issuer", ISS, "--audience", AUD, "--organisations-claim", "groups", "--permissions-claim", "roles"];
    let arguments = [&["--jwks", jwks.to_str().expect("UTF-8")], &told[..], &["--scope-claim", "scp"]].concat();
    let program = Program::serve(data.path(), &arguments).await;
    let good = json!({
        "iss": ISS, "aud": AUD, "exp": SystemClock.now().timestamp() + 3_600, "groups": [ORG], "roles": "identifications:admin",
    });
    for (changed, status) in [
        (json!({}), 201),
        (json!({ "roles": "", "scp": "api:everything" }), 201),
        (json!({ "iss": "https://another.example" }), 401),
        (json!({ "aud": ["another"] }), 401),
        (json!({ "roles": "", "permissions": "identifications:admin" }), 401),
        (json!({ "roles": "", "scope": "api:everything" }), 401),
        (json!({ "groups": [], "tenants_translation": [{ "org": ORG }] }), 401),
    ] {
        let mut claims = good.clone();
        claims.as_object_mut().expect("an object").extend(changed.as_object().cloned().expect("an object"));
        let create = Call::org("POST", ORG, "/identifications/agent").json(&bodies::agent(false));
        let answer = program.send(create.token(&ISSUER.sign(&claims))).await;
        assert_eq!(answer.status.as_u16(), status, "{changed}");
    }
    for pair in told.chunks(2) {
        let refused = run(&over(&data, "serve", pair)).await;
        assert_eq!(refused.status.code(), Some(2), "{pair:?} without the keys of an issuer");
    }
}

#[tokio::test]
async fn a_token_may_do_what_it_was_made_for() {
    let data = folder();
    // Before the service has ever run: the first of the two makes the key.
    let admin = token(&data, &["--permissions", "identifications:admin"]).await;
    let service = Service::start(data.path(), &[]).await;
    let both = token(&data, &["--permissions", "identifications:admin identifications:agent"]).await;
    let everything = token(&data, &["--scope", "api:everything"]).await;
    let nothing = token(&data, &["--scope", "api:nothing"]).await;
    let unasked = token(&data, &[]).await;
    let created = service.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(201);
    let metadata = format!("/identifications/agent/{}", created.text("identification_id"));
    for (token, create, read) in
        [(admin, 201, 401), (both, 201, 200), (everything, 201, 200), (unasked, 201, 200), (nothing, 401, 401)]
    {
        let call = |method, path| Call::org(method, ORG, path).token(&token);
        service.program.send(call("POST", "/identifications/agent").json(&bodies::agent(false))).await.expect(create);
        service.program.send(call("GET", &metadata)).await.expect(read);
    }
}

#[tokio::test]
async fn a_token_of_another_data_folder_is_refused() {
    let (data, other) = (folder(), folder());
    let service = Service { token: token(&other, &[]).await, ..Service::start(data.path(), &[]).await };
    service.call("POST", "/identifications/agent", Some(bodies::agent(false))).await.expect(401);
}

#[tokio::test]
async fn a_token_is_good_for_as_long_as_was_asked() {
    let data = folder();
    for (ttl, seconds) in [("90", 90), ("PT5M", 300), ("P1D", 86_400)] {
        let token = token(&data, &["--ttl", ttl]).await;
        let claims =
            token.split('.').nth(1).and_then(|claims| BASE64_URL_SAFE_NO_PAD.decode(claims).ok()).expect("claims");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!(
            claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat),
            Some(seconds),
            "{ttl}"
        );
    }
}

#[tokio::test]
async fn it_prints_the_openapi_document_that_it_serves() {
    let data = folder();
    let printed = run(&["openapi"]).await;
    let generated = serde_json::to_value(document()).expect("a document");
    assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).expect("JSON"), generated);
    let service = Service::start(data.path(), &[]).await;
    assert_eq!(service.program.send(Call::new("GET", "/openapi.json")).await.expect(200).json(), generated);
}

#[tokio::test]
async fn a_message_that_cannot_be_delivered_ends_as_a_dead_letter_in_the_inbox() {
    let data = folder();
    let service = Service::start(data.path(), &["--fail-delivery", "1"]).await;
    let created = service.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    let messages = service.messages(&created.text("identification_id")).await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["status"], "DEAD_LETTER");
    assert!(messages[0].get("code").is_none(), "nobody ever gets this code");
}

#[tokio::test]
async fn text_messages_go_to_the_emulated_infobip_with_the_code_that_validates() {
    let data = folder();
    let service = Service::start(data.path(), &["--sms-sender", "infobip-emulated"]).await;
    let link = service.program.printed("providers");
    let emulators = link.split("/emulator").next().expect("an address").to_owned();
    let created = service.call("POST", "/identifications/otp", Some(bodies::otp())).await.expect(201);
    let id = created.text("identification_id");
    let look = async {
        loop {
            let taken = send(&emulators, Call::new("GET", "/emulator/infobip")).await.expect(200);
            match taken.json().as_array().and_then(|taken| taken.first()).cloned() {
                Some(taken) => return taken,
                None => tokio::time::sleep(POLL).await,
            }
        }
    };
    let taken = tokio::time::timeout(PATIENCE, look).await.expect("a message in time");
    assert_eq!(
        (&taken["sender"], &taken["parts"], &taken["encoding"]),
        (&json!("Acredita"), &json!(1), &json!("GSM-7"))
    );
    assert!(taken["callback_data"].as_str().is_some_and(|data| data.contains(&id)), "{taken}");
    let text = taken["text"].as_str().expect("a text");
    let is_code = |word: &&str| CodeFormat::STANDARD.fits(word);
    let code = text.split(|c: char| !c.is_alphanumeric()).find(is_code);
    let validate = format!("/identifications/otp/{id}/validate");
    service.call("PUT", &validate, Some(json!({ "code": code.expect("a code") }))).await.expect(204);
}

/// What a file of variables, with these, has `check-sender` report.
async fn check_sender(data: &TempDir, variables: Value, aws: &str) -> Output {
    let file = data.path().join("variables.json");
    std::fs::write(&file, variables.to_string()).expect("written");
    let run = Command::new(binary())
        .args(["check-sender", "--variables"])
        .arg(&file)
        .envs([("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "key")])
        .env("AWS_ENDPOINT_URL", aws)
        .kill_on_drop(true)
        .output();
    tokio::time::timeout(PATIENCE, run).await.expect("it ends in time").expect("it runs")
}

/// An account of SES whose address is verified, in or out of the sandbox.
async fn ses(production: bool) -> String {
    let account = json!({
        "ProductionAccessEnabled": production,
        "SendingEnabled": true,
        "SendQuota": { "Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0 },
    });
    let router = axum::Router::new()
        .route("/v2/email/account", axum::routing::get(|| async move { axum::Json(account) }))
        .route(
            "/v2/email/identities/{identity}",
            axum::routing::get(|| async { axum::Json(json!({ "VerifiedForSendingStatus": true })) }),
        );
    let (listener, address) = acredita_local::serve::listen((Ipv4Addr::LOCALHOST, 0).into()).await.expect("a port");
    let (access, limits) = (acredita_listener::Access::to(address), acredita_listener::Limits::default());
    tokio::spawn(acredita_listener::serve(listener, router, access, limits, pending()));
    format!("http://{address}")
}

#[tokio::test]
async fn whether_the_senders_of_a_deployment_may_send_is_told_before_the_first_message() {
    let data = folder();
    let email =
        json!({ "ACREDITA_CHANNELS": "EMAIL", "ACREDITA_EMAIL_FROM": "codes@acredita.example", "RUST_LOG": "info" });
    let ready = check_sender(&data, email.clone(), &ses(true).await).await;
    assert_eq!(ready.status.code(), Some(0), "{}", text(&ready.stderr));
    let lines = text(&ready.stdout);
    assert_eq!(lines.lines().filter(|line| line.starts_with("yes ")).count(), 4, "{lines}");

    let new = check_sender(&data, email, &ses(false).await).await;
    assert_eq!(new.status.code(), Some(1));
    assert!(text(&new.stdout).contains("no       e-mail  the account is in the sandbox"), "{}", text(&new.stdout));
    assert!(text(&new.stderr).contains("not everything"), "{}", text(&new.stderr));

    let nobody = check_sender(&data, json!({}), "http://127.0.0.1:1").await;
    assert_eq!(nobody.status.code(), Some(1));
    let half = check_sender(&data, json!({ "ACREDITA_CHANNELS": "SMS" }), "http://127.0.0.1:1").await;
    assert_eq!(half.status.code(), Some(1));
    assert!(text(&half.stderr).contains("ACREDITA_SMS_ORIGINATION_IDENTITY is missing"), "{}", text(&half.stderr));
}

#[tokio::test]
async fn what_the_command_line_does_not_understand_ends_with_2() {
    let wrong: &[&[&str]] = &[
        &["unknown"],
        &["--unknown"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--fail-delivery", "2"],
        &["serve", "--fail-delivery", "often"],
        &["token"],
        &["token", "--org", ""],
        &["token", "--org", ORG, "--ttl", "0"],
        &["token", "--org", ORG, "--ttl", "P31D"],
        &["token", "--org", ORG, "--ttl", "soon"],
    ];
    for arguments in wrong {
        let output = run(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?} is explained on the standard error"
        );
    }
}

#[tokio::test]
async fn a_jwks_that_cannot_be_used_is_refused() {
    let data = folder();
    let file = data.path().join("jwks.json");
    for (content, what) in [(None, "jwks.json"), (Some("{}"), "jwks.json"), (Some(r#"{"keys":[]}"#), "jwks.json")] {
        if let Some(content) = content {
            std::fs::write(&file, content).expect("writable");
        }
        let jwks = file.to_str().expect("UTF-8");
        let refused = run(&over(&data, "serve", &["--listen", "127.0.0.1:0", "--jwks", jwks])).await;
        assert_eq!(refused.status.code(), Some(1), "{content:?}");
        assert!(text(&refused.stderr).contains(what), "{}", text(&refused.stderr));
    }
}

#[tokio::test]
async fn the_aws_sdk_takes_the_printed_endpoints() {
    let data = folder();
    let service = Service::start(data.path(), &[]).await;
    let printed = |label| service.program.printed(label);
    let variable = |name: &str| {
        let words = service.program.greeting.split_whitespace();
        let value = words.filter_map(|word| word.strip_prefix(name)).find_map(|word| word.strip_prefix('='));
        value.unwrap_or_else(|| panic!("no {name}")).to_owned()
    };
    let mut variables: HashMap<_, _> = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        .map(|name| (name.to_owned(), variable(name)))
        .into();
    for service in ["DynamoDB", "S3", "SQS"] {
        variables.insert(format!("AWS_ENDPOINT_URL_{}", service.to_uppercase()), printed(service));
    }
    let sdk = sdk_config(Outbound::default().connector(), move |name| variables.get(name).cloned()).expect("a region");
    let clients = AwsClients::new(&sdk, &[]);
    let tables = clients.dynamodb.list_tables().send().await.expect("DynamoDB answers");
    assert_eq!(tables.table_names(), ["acredita"]);
    let buckets = clients.s3.list_buckets().send().await.expect("S3 answers");
    assert_eq!(buckets.buckets()[0].name(), Some("acredita-pictures"));
    let queue = format!("{}/000000000000/acredita-messages", printed("SQS"));
    let attributes = clients.sqs.get_queue_attributes().queue_url(queue).attribute_names(QueueAttributeName::All);
    assert!(attributes.send().await.is_ok(), "SQS answers");
}
