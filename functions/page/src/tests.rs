//! What a browser is answered, and what it is forbidden.

use super::*;
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use tower::ServiceExt;

fn office(sign_in: bool) -> Office {
    let origin = |url: &str| url.parse().expect("an origin");
    let at_issuer = SignIn {
        issuer: "https://issuer.example/shop".to_owned(),
        client_id: "office".to_owned(),
        scopes: "openid profile".to_owned(),
        audience: Some("acredita".to_owned()),
    };
    Office {
        sign_in: sign_in.then_some(at_issuer),
        claims: ClaimNames { organisations: "orgs".to_owned(), permissions: "roles".to_owned() },
        asks: if sign_in {
            vec![origin("https://issuer.example"), origin("https://login.example")]
        } else {
            Vec::new()
        },
        pictures: Some(origin("https://pictures.s3.eu-west-1.amazonaws.com")),
    }
}

async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
    let request = request.method(method).uri(path).body(Body::empty()).expect("a request");
    router(office(true)).oneshot(request).await.expect("an answer")
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().expect("text"))
}

async fn body(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test]
async fn every_file_is_served_as_what_it_is_under_the_strict_policy() {
    for file in files::all() {
        let path = if file.name == INDEX { "/office".to_owned() } else { format!("/office/{}", file.name) };
        let response = ask("GET", &path, &[]).await;
        assert_eq!(response.status(), 200, "{path}");
        let policy = header(&response, "content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self' https://issuer.example https://login.example;",
            "img-src 'self' data: https://pictures.s3.eu-west-1.amazonaws.com;",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{path}: {part} is not in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
        let kind = header(&response, "content-type").to_owned();
        assert!(kind.contains(match file.name.rsplit('.').next() {
            Some("html") => "text/html",
            Some("css") => "text/css",
            Some("svg") => "image/svg",
            _ => "text/javascript",
        }));
        assert!(!body(response).await.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn an_asset_that_is_known_is_not_sent_again_and_the_page_itself_is_never_kept() {
    let first = ask("GET", "/office/app.js", &[]).await;
    assert_eq!(header(&first, "cache-control"), "no-cache");
    let etag = header(&first, "etag").to_owned();
    for (tags, status) in [(etag.as_str(), 304), (&format!("\"x\", W/{etag}"), 304), ("*", 304), ("\"x\"", 200)] {
        let again = ask("GET", "/office/app.js", &[("if-none-match", tags)]).await;
        assert_eq!(again.status(), status, "{tags}");
        assert_eq!(header(&again, "etag"), etag);
        assert_eq!(body(again).await.is_empty(), status == 304);
    }
    for path in ["/office", "/office/config.json"] {
        assert_eq!(header(&ask("GET", path, &[]).await, "cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_a_body() {
    for path in ["/office", "/office/app.js", "/office/config.json"] {
        let (get, head) = (ask("GET", path, &[]).await, ask("HEAD", path, &[]).await);
        assert_eq!(head.status(), 200, "{path}");
        for name in ["content-type", "content-length", "content-security-policy", "etag"] {
            assert_eq!(header(&head, name), header(&get, name), "{path}: {name}");
        }
        assert!(body(head).await.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_file_is_not_found() {
    for path in ["/office/index.html", "/office/nothing.js", "/office/..%2fCargo.toml"] {
        assert_eq!(ask("GET", path, &[]).await.status(), 404, "{path}");
    }
    let slash = ask("GET", "/office/", &[]).await;
    assert_eq!((slash.status().as_u16(), header(&slash, "location")), (308, "../office"));
}

#[test]
fn the_page_is_told_where_to_sign_in_and_nothing_else() {
    let claims = json!({ "organisations": "orgs", "permissions": "roles" });
    assert_eq!(config(&office(false)), json!({ "sign_in": "TOKEN", "claims": claims }));
    assert_eq!(
        config(&office(true)),
        json!({ "sign_in": "OIDC", "issuer": "https://issuer.example/shop", "client_id": "office",
                "scopes": "openid profile", "audience": "acredita", "claims": claims })
    );
}

/// The list of files is written by hand.
#[test]
fn every_file_of_the_folder_is_part_of_the_program() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut there: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    let mut listed: Vec<String> = files::all().into_iter().map(|file| file.name.to_owned()).collect();
    there.sort();
    listed.sort();
    assert_eq!(listed, there);
}
