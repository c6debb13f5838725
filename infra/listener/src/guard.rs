//! Refuses requests that web pages made, and those that reached this machine by a name that is not its own.

use crate::{access::Access, cors, host::HostName, origin::Origin};
use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderMap, Method, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::{Next, from_fn_with_state, map_response},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Set by browsers only; pages cannot change it.
const FETCH_SITE: &str = "sec-fetch-site";
const FETCH_MODE: &str = "sec-fetch-mode";
const FETCH_DEST: &str = "sec-fetch-dest";

/// Puts a router behind the guard.
pub(crate) fn guarded(router: Router, access: Access) -> Router {
    let router = router.layer(map_response(cors::without));
    let origins = access.origins();
    let router = if origins.is_empty() { router } else { router.layer(cors::for_pages_of(origins)) };
    router.layer(from_fn_with_state(Arc::new(access), only_whom_it_may_concern))
}

async fn only_whom_it_may_concern(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    match refusal(&access, &request) {
        None => next.run(request).await,
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
    }
}

/// Why a request is refused, if it is.
fn refusal(access: &Access, request: &Request) -> Option<&'static str> {
    let Some(host) = host(access, request) else {
        return Some("This server answers to localhost and to the hosts that it was started with (--host).\n");
    };
    let headers = request.headers();
    let mut origins = headers.get_all(ORIGIN).iter().peekable();
    let of_page = origins.peek().is_some();
    let allowed =
        |origin: &str| origin.parse().is_ok_and(|origin| is_own(&origin, &host) || access.origins().contains(&origin));
    if !origins.all(|origin| origin.to_str().is_ok_and(allowed)) {
        return Some("Pages of this origin may not ask here (--cors-origin lets them).\n");
    }
    let embedded = !of_page && !access.has_signed_links() && is_embedded_elsewhere(request.method(), headers);
    embedded.then_some("Pages of other sites may not show this.\n")
}

/// The host that a request names. If it names several, all have to be known.
fn host(access: &Access, request: &Request) -> Option<HostName> {
    let headers = request.headers().get_all(HOST).iter().map(|host| HostName::read(host.as_bytes()));
    let in_line = request.uri().authority().map(|authority| HostName::read(authority.as_str().as_bytes()));
    let mut named = headers.chain(in_line);
    let first = named.next()?.ok()?;
    let known = |host: &HostName| access.hosts().allow(host);
    (known(&first) && named.all(|host| host.is_ok_and(|host| known(&host)))).then_some(first)
}

/// Whether a page is the listener's own. A page of the same host over `https` comes from a tunnel to here.
fn is_own(origin: &Origin, host: &HostName) -> bool {
    let own = Origin::of_page(host);
    origin == &own || origin.as_str().strip_prefix("https:") == own.as_str().strip_prefix("http:")
}

/// Whether a page of another site, or of another port of this machine, asked without `Origin`: for a picture, a script,
/// a frame. Following a link is fine: the page that has it does not see where it leads.
fn is_embedded_elsewhere(method: &Method, headers: &HeaderMap) -> bool {
    let is = |name: &str, values: &[&str]| {
        headers.get_all(name).iter().any(|value| value.to_str().is_ok_and(|value| values.contains(&value)))
    };
    let follows_link = *method == Method::GET && is(FETCH_MODE, &["navigate"]) && is(FETCH_DEST, &["document"]);
    is(FETCH_SITE, &["cross-site", "same-site"]) && !follows_link
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, routing::any};
    use tower::ServiceExt;

    const SHOP: &str = "https://shop.example";

    fn access() -> Access {
        Access::to("127.0.0.1:8080".parse().expect("an address"))
    }

    fn shop() -> Access {
        access().from_pages(&[SHOP.parse().expect("an origin")])
    }

    /// A server that lets everybody in, as embedded ones may.
    fn careless() -> Router {
        Router::new().fallback(any(async || [("access-control-allow-origin", "*"), ("etag", "1")]))
    }

    async fn ask(access: Access, method: &str, url: &str, headers: &[(&str, &str)]) -> Response {
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(url), |request, (name, value)| request.header(*name, *value));
        let request = request.body(Body::empty()).expect("a request");
        guarded(careless(), access).oneshot(request).await.expect("an answer")
    }

    async fn status(access: Access, headers: &[(&str, &str)]) -> u16 {
        ask(access, "GET", "/", headers).await.status().as_u16()
    }

    #[tokio::test]
    async fn a_name_that_is_not_this_machine_s_is_refused() {
        assert_eq!(status(access(), &[("host", "localhost:8080")]).await, 200);
        assert_eq!(status(access(), &[("host", "rebound.example:8080")]).await, 403);
        assert_eq!(status(access(), &[]).await, 403, "no host at all");
        let two = [("host", "localhost:8080"), ("host", "rebound.example:8080")];
        assert_eq!(status(access(), &two).await, 403, "two hosts");
        let host = [("host", "localhost:8080")];
        let absolute = ask(access(), "GET", "http://rebound.example:8080/", &host).await;
        assert_eq!(absolute.status(), 403, "another host in the request line");
        let named = access().by(&["rebound.example:8080".parse().expect("a host")]);
        assert_eq!(status(named, &[("host", "rebound.example:8080")]).await, 200, "configured");
    }

    #[tokio::test]
    async fn only_own_and_allowed_pages_may_ask() {
        for (origin, own, allowed) in [
            ("http://localhost:8080", 200, 200),
            ("https://localhost:8080", 200, 200),
            (SHOP, 403, 200),
            ("http://shop.example", 403, 403),
            ("https://shop.example:8443", 403, 403),
            ("https://shop.example.evil.example", 403, 403),
            ("http://localhost:3000", 403, 403),
            ("http://127.0.0.1:8080", 403, 403),
            ("null", 403, 403),
            ("*", 403, 403),
            ("", 403, 403),
        ] {
            let headers = [("host", "localhost:8080"), ("origin", origin)];
            assert_eq!(status(access(), &headers).await, own, "{origin}");
            assert_eq!(status(shop(), &headers).await, allowed, "{origin}, with {SHOP} allowed");
        }
        let two = [("host", "localhost:8080"), ("origin", SHOP), ("origin", "https://evil.example")];
        assert_eq!(status(shop(), &two).await, 403);
    }

    #[tokio::test]
    async fn what_another_site_embeds_is_refused_and_a_link_followed_from_there_is_not() {
        let picture = [("host", "localhost:8080"), (FETCH_SITE, "cross-site"), (FETCH_MODE, "no-cors")];
        assert_eq!(status(access(), &picture).await, 403);
        assert_eq!(status(access().with_signed_links(), &picture).await, 200);
        let frame =
            [("host", "localhost:8080"), (FETCH_SITE, "same-site"), (FETCH_MODE, "navigate"), (FETCH_DEST, "iframe")];
        assert_eq!(status(access(), &frame).await, 403);
        let link = [
            ("host", "localhost:8080"),
            (FETCH_SITE, "cross-site"),
            (FETCH_MODE, "navigate"),
            (FETCH_DEST, "document"),
        ];
        assert_eq!(status(access(), &link).await, 200);
        let own = [("host", "localhost:8080"), (FETCH_SITE, "same-origin"), (FETCH_MODE, "cors")];
        assert_eq!(status(access(), &own).await, 200);
    }

    #[tokio::test]
    async fn an_allowed_page_reads_answers_and_no_other_page_does() {
        let preflight = |origin| {
            [
                ("host", "localhost:8080"),
                ("origin", origin),
                ("access-control-request-method", "PUT"),
                ("access-control-request-headers", "authorization,idempotency-key"),
            ]
        };
        let answer = ask(shop(), "OPTIONS", "/", &preflight(SHOP)).await;
        assert_eq!(answer.status(), 200);
        let header = |answer: &Response, name: &str| {
            answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default()
        };
        assert_eq!(header(&answer, "access-control-allow-origin"), SHOP);
        assert_eq!(header(&answer, "access-control-allow-methods"), "PUT");
        assert_eq!(header(&answer, "access-control-allow-headers"), "authorization,idempotency-key");
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));

        let answer = ask(shop(), "GET", "/", &[("host", "localhost:8080"), ("origin", SHOP)]).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), SHOP);
        let exposed = header(&answer, "access-control-expose-headers");
        for name in ["x-request-id", "retry-after", "www-authenticate", "idempotent-replayed"] {
            assert!(exposed.contains(name), "{exposed}");
        }
        for (access, headers) in [
            (shop(), &preflight("https://evil.example")[..]),
            (access(), &preflight(SHOP)),
            (access(), &[("host", "localhost:8080"), ("origin", "http://localhost:8080")]),
            (access(), &[("host", "localhost:8080")]),
        ] {
            for method in ["GET", "OPTIONS"] {
                let answer = ask(access.clone(), method, "/", headers).await;
                assert_eq!(header(&answer, "access-control-allow-origin"), "", "{method} {headers:?}");
            }
        }
    }
}
