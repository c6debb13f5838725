//! Each error's meaning and remedy: the page that the `ref` of an error links to.

use super::html::Html;
use acredita_http::error::Kind;

const PAGE: &str = include_str!("../../assets/errors.html");
const ROW: &str = r##"<tr><td><a href="#{{code}}"><code>{{code}}</code></a></td><td><code>{{title}}</code></td><td>{{statuses}}</td></tr>"##;
const SECTION: &str =
    r##"<section id="{{code}}" class="error"><h2><a href="#{{code}}">{{code}}</a></h2>{{kinds}}</section>"##;
const KIND: &str = r#"<h3><code>{{title}}</code> <span class="statuses">{{statuses}}</span></h3><p>{{meaning}}</p><p><strong>What to do.</strong> {{remedy}}</p>"#;

/// What the templates say of a kind of error: its code and name, the statuses it comes with, its meaning and remedy.
fn slots(kind: Kind) -> [(&'static str, Html); 5] {
    let (statuses, meaning, remedy) = match kind {
        Kind::Internal => (
            "500, 503",
            "The service broke, or something that it depends on did not answer. What the request asked for may have happened or not.",
            "Try again: after Retry-After seconds where the answer names them, with growing pauses otherwise. A create is safe to repeat \
             with the same Idempotency-Key. If it stays, report the x-request-id of the answer.",
        ),
        Kind::InvalidInput => (
            "400, 405, 413, 415",
            "The body is not right, or the method is not one that the path takes. Each entry is one fault; details begins with the JSON \
             pointer of the field. 413: larger than the operation takes. 415: not a type that it takes. 405: Allow names the right methods. A wrong code \
             or second factor is answered like this too, and does not say which of them was wrong.",
            "Correct the fields that details names. The same request will be refused again.",
        ),
        Kind::Parameter => (
            "400",
            "Something in the path, the query or a header is missing or malformed: an id that is no UUID, a force that is neither true nor false, a \
             device header (x-installation_id, x-fingerprint, x-location, User-Agent) that is not as described.",
            "Correct what details names. Ids are the hyphenated form that a create answered.",
        ),
        Kind::Unauthorized => (
            "401, 403",
            "There is no bearer token, or it is malformed, expired or signed by an unknown key (401); or it is good and does not allow this: \
             another organisation, or a permission that is missing (401, and 403 where a delete is concerned). 403 also answers a delete of what is no longer \
             CREATED without force=true and the permission for it.",
            "Get a fresh token from your identity provider, and see that it names the organisation of the path and carries the operation's permission.",
        ),
        Kind::NotFound => (
            "404",
            "There is no such path, or nothing with this id in this organisation. An admin_identification_id does not open the actor's side, nor an \
             identification_id the back office's. What was deleted is not found either, and neither is a provider that is not configured.",
            "Check the id, which of the two ids the operation takes, and the organisation in the path.",
        ),
        Kind::Conflict => (
            "409",
            "The request is right but does not fit the state: already validated, closed, cancelled, failed or expired; a score that is not \
             enough; an Idempotency-Key that came before with another body; or another request was faster.",
            "Read the identification or the scoring, and decide by its status. Do not repeat the request blindly.",
        ),
        Kind::Unprocessable => (
            "429",
            "Understood and refused: too many messages. A code can be sent again after 30 seconds, 5 times per identification, and 5 times \
             to one destination in 10 minutes.",
            "Wait for the Retry-After seconds of the answer.",
        ),
    };
    [
        ("code", Html::text(kind.code())),
        ("title", Html::text(kind.title())),
        ("statuses", Html::text(statuses)),
        ("meaning", Html::text(meaning)),
        ("remedy", Html::text(remedy)),
    ]
}

/// The page. An error's section has its code as its id, for links to lead there.
pub fn page() -> String {
    let rows = Kind::ALL.into_iter().map(|kind| Html::template(ROW, &slots(kind))).collect();
    let mut codes: Vec<&'static str> = Kind::ALL.into_iter().map(Kind::code).collect();
    codes.dedup();
    let sections = codes.into_iter().map(section).collect();
    Html::page("Errors", Html::empty(), Html::template(PAGE, &[("rows", rows), ("sections", sections)]))
}

fn section(code: &'static str) -> Html {
    let kinds = Kind::ALL
        .into_iter()
        .filter(|kind| kind.code() == code)
        .map(|kind| Html::template(KIND, &slots(kind)))
        .collect();
    Html::template(SECTION, &[("code", Html::text(code)), ("kinds", kinds)])
}
