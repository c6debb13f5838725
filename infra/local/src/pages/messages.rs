//! The inbox as a page and as JSON.

use super::{NO_STORE, html::Html};
use crate::inbox::{DeliveredMessage, Inbox, InboxMessage, Outcome};
use acredita_domain::{Time, ids::IdentificationId, otp::Channel};
use axum::{
    Json,
    extract::{Query, State},
    http::{
        HeaderMap,
        header::{ACCEPT, CACHE_CONTROL, VARY},
    },
    response::{Html as Page, IntoResponse, Response},
};
use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const PAGE: &str = include_str!("../../assets/inbox.html");
const MESSAGE: &str = include_str!("../../assets/message.html");
const DEAD_LETTER: &str = include_str!("../../assets/dead-letter.html");
const HEAD: &str = r#"<noscript><meta http-equiv="refresh" content="5"></noscript>"#;
const EMPTY: &str =
    r#"<p class="empty">Nothing has been sent yet. <a href="/#otp">Ask for a code</a>, and it shows up here.</p>"#;
/// What may become of a message, where its provider reports on it. Without a script the buttons do nothing.
const FATES: &str = r#"<p class="fates">What became of it: <button type="button" data-fate="{{path}}/deliver">Delivered</button>
<button type="button" data-fate="{{path}}/bounce">Bounced</button> <button type="button" data-fate="{{path}}/block">Blocked</button></p>"#;
const SUBJECT: &str = r#"<p class="subject">{{subject}}</p>"#;

/// Which messages to show.
#[derive(Deserialize)]
pub struct Filter {
    /// Only those of one identification.
    identification_id: Option<IdentificationId>,
}

#[derive(Serialize)]
struct Messages {
    messages: Vec<InboxMessage>,
}

/// `GET /local/inbox`: JSON if the client asks for it, else a page.
pub async fn read_inbox(State(inbox): State<Arc<Inbox>>, Query(filter): Query<Filter>, headers: HeaderMap) -> Response {
    let mut messages = inbox.messages();
    messages.retain(|message| filter.identification_id.is_none_or(|id| message.identification_id == id));
    let answer = if wants_json(&headers) {
        Json(Messages { messages }).into_response()
    } else {
        Page(page(&messages)).into_response()
    };
    ([(CACHE_CONTROL, NO_STORE.to_str().unwrap_or_default()), (VARY, "accept")], answer).into_response()
}

/// Browsers name HTML first and accept anything; a program that wants JSON says so.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types =
        accepted.flat_map(|value| value.split(',')).map(|kind| kind.split(';').next().unwrap_or_default().trim());
    types.find(|kind| matches!(*kind, "application/json" | "text/html")) == Some("application/json")
}

fn page(messages: &[InboxMessage]) -> String {
    let list = if messages.is_empty() { Html::template(EMPTY, &[]) } else { messages.iter().map(card).collect() };
    let body = Html::template(PAGE, &[("messages", list), ("count", Html::text(messages.len()))]);
    Html::page("Inbox", Html::template(HEAD, &[]), body)
}

fn card(message: &InboxMessage) -> Html {
    let ids =
        [("message_id", Html::text(message.message_id)), ("identification_id", Html::text(message.identification_id))];
    match &message.outcome {
        Outcome::Delivered(delivery) => {
            let fates = [("fates", fates(message, delivery.channel))];
            Html::template(MESSAGE, &[&ids[..], &fates, &delivered(delivery)].concat())
        }
        Outcome::DeadLetter { dead_at } => {
            Html::template(DEAD_LETTER, &[&ids[..], &[("dead_at", moment(*dead_at))]].concat())
        }
    }
}

fn fates(message: &InboxMessage, channel: Channel) -> Html {
    match channel {
        Channel::Sms | Channel::Email => {
            let path = Html::text(format_args!("/local/inbox/{}", message.message_id));
            Html::template(FATES, &[("path", path)])
        }
        Channel::Whatsapp => Html::empty(),
    }
}

fn delivered(delivery: &DeliveredMessage) -> Vec<(&'static str, Html)> {
    let subject = match delivery.channel {
        Channel::Email => Html::template(SUBJECT, &[("subject", Html::text(&delivery.subject))]),
        Channel::Sms | Channel::Whatsapp => Html::empty(),
    };
    vec![
        ("channel", Html::text(delivery.channel)),
        ("to", Html::text(&delivery.to)),
        ("subject", subject),
        ("text", Html::text(&delivery.text)),
        ("code", Html::text(&delivery.code)),
        ("sent_at", moment(delivery.sent_at)),
        ("expires_at", moment(delivery.expires_at)),
    ]
}

/// RFC 3339 to the second: good for people and for the `datetime` of a `<time>`.
fn moment(time: Time) -> Html {
    Html::text(time.to_rfc3339_opts(SecondsFormat::Secs, true))
}
