//! The one way out that is not AWS's API: the issuer's keys are fetched and external providers are asked through it.
//!
//! An address has to pass [`Url`] first; [`Outbound`] then makes one exchange with it, bounded in time and in bytes.
//! Nothing of what is sent or received is logged or put into an error here.

mod client;
mod connector;
mod url;

pub use client::{Fault, Limits, Outbound, Request};
pub use connector::CONNECT;
pub use url::{BaseUrl, InvalidUrl, Url};
