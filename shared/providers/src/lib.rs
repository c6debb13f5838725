//! External scoring: Google Document AI and Veridas, behind the domain's [`Scorer`](acredita_domain::ports::Scorer).
//!
//! From the outside in: a provider's adapter ([`google`], [`veridas`]) makes requests and parses answers; a table in
//! `mapping/` turns its findings into our checks; [`gate`] keeps a provider that is down or slow from taking the
//! service down with it; [`http`] makes the calls. `infra/docs/PROVIDERS.md` says what is known about the providers and
//! what is not.

pub mod deadline;
pub mod gate;
pub mod google;
pub mod http;
pub mod mapping;
mod verdict;
pub mod veridas;
