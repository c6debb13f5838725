//! The pages as a browser, a program and an attacker ask for them.

use super::*;
use crate::{
    event_log::{Look, Seen},
    inbox::{
        Inbox,
        tests::{reference, send},
    },
};
use acredita_domain::Error;
use acredita_http::error::Kind;
use acredita_testing::ManualClock;
use axum::{body::Body, http::Request};
use tower::ServiceExt;
use utoipa::openapi::{InfoBuilder, OpenApiBuilder};

const ADDRESS: &str = "http://127.0.0.1:8080";
const SECRET: &str = "of-this-folder";
/// What a browser sends that opened the link.
const OWNER: (&str, &str) = ("cookie", "theme=dark; acredita-8080=of-this-folder");
const EVERY_PAGE: [&str; 5] = ["/", "/local/inbox", "/local/events", "/docs", "/docs/errors"];

/// Nothing has happened.
struct NoEvents;

#[async_trait]
impl Events for NoEvents {
    async fn look(&self, _: &Look) -> Result<Seen, Error> {
        Ok(Seen::default())
    }
}

fn overview(address: &str) -> Overview {
    Overview {
        address: address.to_owned(),
        dynamodb: "http://127.0.0.1:8101".to_owned(),
        s3: "http://127.0.0.1:8102".to_owned(),
        sqs: "http://127.0.0.1:8103".to_owned(),
        region: "eu-west-1".to_owned(),
        access_key_id: "local".to_owned(),
        secret_access_key: "not-a-secret".to_owned(),
        table: "acredita".to_owned(),
        bucket: "acredita-pictures".to_owned(),
        queue_url: "http://127.0.0.1:8103/000000000000/acredita".to_owned(),
        data_dir: "/tmp/it's <here>".to_owned(),
        start: String::new(),
        org: "demo".to_owned(),
        token: Some("a.b.c".to_owned()),
    }
}

fn pages(inbox: Arc<Inbox>, healthy: bool) -> Router {
    let openapi = OpenApiBuilder::new().info(InfoBuilder::new().title("Acredita").version("1").build()).build();
    let owner = Owner::new(SECRET.to_owned(), 8080);
    let clock = Arc::new(ManualClock::default());
    let carriers = Carriers { inbox, reports: Arc::new(|_| std::future::ready(true)), clock };
    router(
        overview(ADDRESS),
        owner,
        carriers,
        Arc::new(NoEvents),
        openapi,
        Arc::new(move || std::future::ready(healthy)),
    )
}

struct Answer {
    response: Response,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).map_or("", |value| value.to_str().expect("visible"))
    }

    async fn text(self) -> String {
        let bytes = axum::body::to_bytes(self.response.into_body(), usize::MAX).await.expect("a body");
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }
}

async fn ask(router: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    Answer { response: router.clone().oneshot(request).await.expect("an answer") }
}

async fn get_page(path: &str) -> Answer {
    let answer = ask(&pages(Arc::new(Inbox::in_memory()), true), path, &[OWNER]).await;
    assert_eq!(answer.response.status(), 200, "{path}");
    answer
}

#[tokio::test]
async fn what_callers_wrote_is_shown_and_never_run() {
    let inbox = Arc::new(Inbox::in_memory());
    let text = r#"</p><script>alert(1)</script><img src=x onerror='alert(2)'> "&amp; {{code}}"#;
    send(&inbox, reference(1), "o'neil&sons@email.com", text).await.expect("sent");
    let page = ask(&pages(inbox, true), "/local/inbox", &[OWNER]).await.text().await;
    assert!(!page.contains("alert(1)</script>") && !page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("&quot;&amp;amp; {{code}}"), "a message is not a template");
    assert!(page.contains("o&#39;neil&amp;sons@email.com"));
}

#[tokio::test]
async fn a_data_folder_cannot_break_out_of_the_page_or_the_shell() {
    let page = get_page("/").await.text().await;
    assert!(page.contains("--data-dir &#39;/tmp/it&#39;\\&#39;&#39;s &lt;here&gt;&#39;"), "{page}");
}

#[tokio::test]
async fn programs_get_json_and_browsers_get_a_page() {
    let inbox = Arc::new(Inbox::in_memory());
    send(&inbox, reference(1), "a@b.com", "text").await.expect("sent");
    inbox.record_dead_letter(reference(2), acredita_testing::beginning());
    let router = pages(inbox, true);
    let json = ask(&router, "/local/inbox", &[OWNER, ("accept", "application/json")]).await;
    assert_eq!((json.header("content-type"), json.header("cache-control")), ("application/json", "no-store"));
    let json: serde_json::Value = serde_json::from_str(&json.text().await).expect("JSON");
    assert_eq!(json["messages"][0]["status"], "DEAD_LETTER");
    assert_eq!(json["messages"][1]["code"], "abc234");
    assert!(json["messages"][0].get("code").is_none());

    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = ask(&router, "/local/inbox", &[OWNER, ("accept", browser)]).await;
    assert_eq!((page.header("content-type"), page.header("cache-control")), ("text/html; charset=utf-8", "no-store"));
    assert_eq!((page.header("vary"), page.response.status().as_u16()), ("accept", 200));
    let page = page.text().await;
    assert!(page.find("DEAD LETTER") < page.find("abc234"), "the newest is first");
}

#[tokio::test]
async fn one_identification_s_messages_can_be_asked_for() {
    let inbox = Arc::new(Inbox::in_memory());
    for n in [1, 2] {
        send(&inbox, reference(n), "a@b.com", "text").await.expect("sent");
    }
    let path = format!("/local/inbox?identification_id={}", reference(1).identification_id);
    let router = pages(inbox, true);
    let json = ask(&router, &path, &[OWNER, ("accept", "application/json")]).await.text().await;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["messages"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["messages"][0]["message_id"], reference(1).message_id.to_string());
}

async fn post(router: &Router, path: &str, headers: &[(&str, &str)]) -> u16 {
    let request = headers.iter().fold(Request::post(path), |request, (name, value)| request.header(*name, *value));
    let request = request.body(Body::empty()).expect("a request");
    router.clone().oneshot(request).await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn what_becomes_of_a_message_is_decided_by_the_owner_on_these_pages_only() {
    let inbox = Arc::new(Inbox::in_memory());
    send(&inbox, reference(1), "a@b.com", "text").await.expect("sent");
    inbox.record_dead_letter(reference(2), acredita_testing::beginning());
    let router = pages(inbox, true);
    let path = |n, fate: &str| format!("/local/inbox/{}/{fate}", reference(n).message_id);
    let (host, own) = (("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080"));
    for fate in ["deliver", "bounce", "block"] {
        assert_eq!(post(&router, &path(1, fate), &[OWNER]).await, 204, "{fate}");
        assert_eq!(post(&router, &path(1, fate), &[OWNER, host, own]).await, 204, "{fate} by a button");
        assert_eq!(post(&router, &path(1, fate), &[]).await, 403, "{fate} by a stranger");
        for origin in ["http://127.0.0.1:8081", "https://127.0.0.1:8080", "http://evil.example", "null"] {
            assert_eq!(post(&router, &path(1, fate), &[OWNER, host, ("origin", origin)]).await, 403, "{origin}");
        }
    }
    assert_eq!(
        ask(&router, "/local/inbox", &[OWNER, host, own]).await.response.status(),
        403,
        "what is read has no origin"
    );
    assert_eq!(post(&router, &path(1, "explode"), &[OWNER]).await, 404);
    assert_eq!(post(&router, &path(3, "deliver"), &[OWNER]).await, 404);
    assert_eq!(post(&router, "/local/inbox/first/deliver", &[OWNER]).await, 404);
    assert_eq!(post(&router, &path(2, "deliver"), &[OWNER]).await, 409, "a dead letter never went out");
    let page = ask(&router, "/local/inbox", &[OWNER]).await.text().await;
    assert_eq!(page.matches("data-fate=").count(), 3, "of the one message that went out");
}

#[tokio::test]
async fn every_kind_of_error_is_described_where_its_ref_leads() {
    let page = get_page("/docs/errors").await.text().await;
    for kind in Kind::ALL {
        let reference = kind.entry("").reference;
        let (path, anchor) = reference.split_once('#').expect("an anchor");
        assert_eq!(path, "/docs/errors");
        assert_eq!(page.matches(&format!("id=\"{anchor}\"")).count(), 1, "{anchor}");
        assert!(page.contains(&format!("<h3><code>{}</code>", kind.title())), "{}", kind.title());
    }
}

#[tokio::test]
async fn codes_and_the_token_are_shown_to_their_owner_only() {
    let inbox = Arc::new(Inbox::in_memory());
    send(&inbox, reference(1), "a@b.com", "text").await.expect("sent");
    let router = pages(inbox, true);
    for (path, secret) in [
        ("/", "a.b.c"),
        ("/local/inbox", "abc234"),
        ("/local/inbox?start=", "abc234"),
        ("/local/events", "Nothing has happened"),
    ] {
        let shown = ask(&router, path, &[OWNER]).await;
        assert_eq!(shown.response.status(), 200, "{path}");
        assert!(shown.text().await.contains(secret), "{path}");
        for stranger in [
            ("accept", "*/*"),
            ("cookie", "acredita-8080=guessed"),
            ("cookie", "acredita-8081=of-this-folder"),
            ("cookie", "acredita-8080="),
            ("cookie", "acredita-8080"),
        ] {
            let refused = ask(&router, path, &[stranger]).await;
            assert_eq!(refused.response.status(), 403, "{path} with {stranger:?}");
            assert!(!refused.text().await.contains(secret), "{path} with {stranger:?}");
        }
    }
    for path in ["/docs", "/docs/errors", "/openapi.json", "/health", "/local/assets/app.js"] {
        assert_eq!(ask(&router, path, &[]).await.response.status(), 200, "{path} is nobody's secret");
    }
}

#[tokio::test]
async fn the_printed_link_opens_the_pages_and_leaves_nothing_in_the_address_bar() {
    let router = pages(Arc::new(Inbox::in_memory()), true);
    let link = Owner::new(SECRET.to_owned(), 8080).link("");
    for (path, leads_to) in
        [(link.as_str(), "/"), ("/local/inbox?a=1&start=of-this-folder&b=2", "/local/inbox?a=1&b=2")]
    {
        let opened = ask(&router, path, &[]).await;
        assert_eq!((opened.response.status().as_u16(), opened.header("location")), (303, leads_to));
        assert_eq!(opened.header("set-cookie"), "acredita-8080=of-this-folder; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(ask(&router, leads_to, &[OWNER]).await.response.status(), 200);
    }
    for path in ["/?start=guessed", "/?start=", "/?start", "/?restart=of-this-folder"] {
        let refused = ask(&router, path, &[]).await;
        assert_eq!((refused.response.status().as_u16(), refused.header("set-cookie")), (403, ""), "{path}");
    }
}

#[tokio::test]
async fn every_page_is_kept_to_its_own_files() {
    for path in EVERY_PAGE {
        let answer = get_page(path).await;
        assert!(answer.header("content-security-policy").contains("default-src 'none'; script-src 'self';"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        let page = answer.text().await;
        assert!(
            !page.contains("<style") && !page.contains(" style=") && !page.contains("<script>"),
            "{path} has something inline"
        );
        for attribute in ["src=\"", "href=\""] {
            for link in page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(
                    link.starts_with('/') && !link.starts_with("//") || link.starts_with('#') || link == "data:,",
                    "{path} links to {link}"
                );
                if ["/local/assets/", "/docs/ui/"].iter().any(|folder| link.starts_with(folder)) {
                    assert!(!get_page(link).await.text().await.is_empty(), "{link}");
                }
            }
        }
    }
    for path in ["/", "/local/inbox", "/local/events"] {
        assert_eq!(get_page(path).await.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn swagger_ui_comes_out_of_the_binary_and_asks_nobody() {
    let initializer = get_page("/docs/ui/swagger-initializer.js").await;
    assert!(initializer.header("content-type").contains("javascript"));
    let initializer = initializer.text().await;
    assert!(!initializer.contains("http://") && !initializer.contains("https://"), "{initializer}");
    assert!(initializer.contains(r#""url": "/openapi.json""#), "{initializer}");
    assert!(initializer.contains(r#""validatorUrl": "none""#), "{initializer}");
    assert!(get_page("/docs/ui/swagger-ui-bundle.js").await.text().await.len() > 1_000_000);
    let style = get_page("/docs/ui/swagger-ui.css").await.text().await;
    assert!(!style.contains("url(http") && !style.contains("@import"));
    let slash = ask(&pages(Arc::new(Inbox::in_memory()), true), "/docs/", &[]).await;
    assert_eq!((slash.response.status().as_u16(), slash.header("location")), (308, "/docs"));
}

#[tokio::test]
async fn health_and_the_document_can_be_read() {
    for (healthy, status, body) in [(true, 200, r#"{"status":"ok"}"#), (false, 503, r#"{"status":"unavailable"}"#)] {
        let router = pages(Arc::new(Inbox::in_memory()), healthy);
        let answer = ask(&router, "/health", &[]).await;
        assert_eq!(answer.response.status(), status);
        assert_eq!(answer.text().await, body);
        let document = ask(&router, "/openapi.json", &[]).await.text().await;
        assert!(document.starts_with(r#"{"openapi":"3.1"#), "{document}");
    }
}

#[test]
fn the_first_call_can_be_pasted() {
    let call = overview(ADDRESS).first_call();
    assert!(
        call.starts_with(
            "curl -sS 'http://127.0.0.1:8080/v1/orgs/demo/identifications/otp' \\\n  -H 'authorization: Bearer a.b.c'"
        ),
        "{call}"
    );
    let body = call.split("-d '").nth(1).and_then(|body| body.strip_suffix('\'')).expect("a body");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["channel"]["type"], "SMS");
}
