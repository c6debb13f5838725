//! All outgoing HTTP except AWS's API: fetching the issuer's keys, calling external providers, and posting events.
//!
//! An address that a deployment configures has to pass [`Url`] first; [`Outbound`] then makes one exchange with it,
//! limited in time and in bytes. An address that a caller chose is reached through [`Receivers`] only, within a
//! [`Reach`]. Nothing that is sent or received is logged or put into an error here.

mod client;
mod connector;
mod reach;
mod receivers;
mod resolver;
mod url;

pub use client::{Outbound, Request, ResponseLimits, SendFailure};
pub use connector::CONNECT;
pub use reach::Reach;
pub use receivers::{Answer, LONGEST_POST, PostFailure, Receivers};
pub use url::{BaseUrl, InvalidUrl, Url};
