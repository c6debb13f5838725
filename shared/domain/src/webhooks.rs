//! Where an organisation gets its events, and how they get there: at least once, signed, in order for each subject.
//!
//! All of it is decisions: time and randomness come in, and nothing is sent here. An [`Endpoint`] says where to; a
//! [`Cursor`] how far one subject has come there; a [`Schedule`](schedule) when to try again; its [`Health`] whether
//! trying makes sense.

mod cursor;
mod endpoint;
mod event_types;
mod health;
mod message;
pub mod schedule;
mod secret;
mod stream;
mod url;

pub use cursor::{Cursor, CursorId, Errand, Next, next_for};
pub use endpoint::{Description, Endpoint, EndpointChange, EndpointStatus, MAX_ENDPOINTS, Overlap, SealedSecret};
pub use event_types::EventTypes;
pub use health::{Gate, Health};
pub use message::{PING, WebhookMessage};
pub use schedule::{Failure, FailureWord};
pub use secret::EndpointSecret;
pub use stream::Stream;
pub use url::EndpointUrl;
