//! The composition root: the one place where a process is wired, and the Lambda runtime around it.
//!
//! - [`settings`] lists the variables, and reads them into the types that use them.
//! - [`Root`] builds everything from them once: the [`App`](acredita_domain::App), the verifier of tokens, and the
//!   parts that only some functions need: the [`engine`], the [`receivers`], the senders.
//! - [`serve`] makes a Lambda from a router, [`serve_page`] from one of files, [`work()`] from a worker. A function's `main.rs` calls one of them.
//!
//! Parts that a `main.rs` does not name are not linked: a function that processes no pictures has no engine in its
//! binary. The local server and the tests call [`app()`] and its relatives with their own clients.

mod answer;
mod app;
mod edge;
pub mod engine;
mod environment;
mod http;
mod jwks;
mod office;
mod providers;
pub mod receivers;
mod root;
mod senders;
pub mod settings;
mod tokens;
mod warm_up;
mod work;

pub use app::{Parts, Places, app};
pub use edge::Edge;
pub use environment::SettingsError;
pub use http::{prepare, serve, serve_page};
pub use lambda_http::Error;
pub use providers::{Configured, ProviderSettings, external_scorers};
pub use receivers::HttpReceivers;
pub use root::Root;
pub use senders::{SenderSettings, SmsSettings};
pub use settings::Settings;
pub use tokens::TokenSettings;
pub use warm_up::WarmUp;
pub use work::work;
