//! All outgoing HTTP except AWS's API: fetching the issuer's keys and calling external providers.
//!
//! An address has to pass [`Url`] first; [`Outbound`] then makes one exchange with it, limited in time and in bytes.
//! Nothing that is sent or received is logged or put into an error here.

mod client;
mod connector;
mod url;

pub use client::{Outbound, Request, ResponseLimits, SendFailure};
pub use connector::CONNECT;
pub use url::{BaseUrl, InvalidUrl, Url};
