//! The composition root: the one place where a process is put together, and the Lambda runtime around it.
//!
//! - [`settings`] says which variables there are, and reads them into the types that use them.
//! - [`Root`] builds everything out of them once: the [`App`](acredita_domain::App), the verifier of tokens, and what
//!   only some functions need: the [`engine`], the senders.
//! - [`serve`] makes a Lambda of a router, [`work()`] one of a worker. A function's `main.rs` calls one of them.
//!
//! What a `main.rs` does not name is not linked: a function that looks into no picture has no engine in its binary.
//! The local server and the tests call [`app`] and its relatives with their own clients.

mod app;
pub mod engine;
mod http;
mod jwks;
mod providers;
mod reader;
mod root;
mod senders;
pub mod settings;
mod tokens;
mod warm_up;
mod work;

pub use app::{Parts, Places, app};
pub use http::{prepare, serve};
pub use lambda_http::Error;
pub use providers::{Configured, ProviderSettings, external_scorers};
pub use reader::SettingsError;
pub use root::Root;
pub use senders::SenderSettings;
pub use settings::Settings;
pub use tokens::TokenSettings;
pub use warm_up::WarmUp;
pub use work::work;
