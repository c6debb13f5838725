//! External scoring: Google Document AI and Veridas, behind the domain's [`Scorer`](acredita_domain::ports::Scorer).
//!
//! From the outside in: a provider's adapter ([`google`], [`veridas`]) makes requests and reads answers; a table of
//! `mapping/` makes our checks of what it found; [`gate`] keeps a provider that is down or slow from taking the service
//! with it; [`http`] makes the calls. What is known of the providers and what is not is written in
//! `infra/docs/PROVIDERS.md`.

mod credential;
pub mod deadline;
pub mod gate;
pub mod google;
pub mod http;
pub mod mapping;
mod verdict;
pub mod veridas;
