//! The data that a function reads before its first event, while the environment still has the CPU boost of its start.
//! It is limited to what the function's role may read, so that a start never begins with a refusal. The point is to
//! connect to the table, and failure does not matter: if the table is out of reach, the first event will show it.

use acredita_domain::{App, ids::OrgId};

/// An id that no entity has.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUp {
    Identifications,
    /// Identifications, and the keys of codes.
    Codes,
    Chains,
    /// Chains, and the keys of codes.
    ChainsAndCodes,
    Scorings,
    Events,
    /// The endpoints of events, and the keys of their secrets.
    Endpoints,
    /// The settings of organisations.
    Settings,
    /// Reviews, and the keys of cursors.
    Reviews,
    Records,
    Exports,
}

impl WarmUp {
    pub const ALL: [Self; 11] = [
        Self::Identifications,
        Self::Codes,
        Self::Chains,
        Self::ChainsAndCodes,
        Self::Scorings,
        Self::Events,
        Self::Endpoints,
        Self::Settings,
        Self::Reviews,
        Self::Records,
        Self::Exports,
    ];

    /// Reads everything at once.
    pub async fn read(self, app: &App) {
        let Ok(org) = "warm-up".parse::<OrgId>() else { return };
        match self {
            Self::Identifications => identification(app, &org).await,
            Self::Codes => {
                let _ = tokio::join!(identification(app, &org), app.keys.current());
            }
            Self::Chains => chain(app, &org).await,
            Self::ChainsAndCodes => {
                let _ = tokio::join!(chain(app, &org), app.keys.current());
            }
            Self::Events => {
                if let Ok(nobody) = NOBODY.parse() {
                    let _ = app.stores.events.find(&org, nobody).await;
                }
            }
            Self::Endpoints => {
                let _ = tokio::join!(app.stores.endpoints.all(&org), app.keys.current());
            }
            Self::Settings => {
                let _ = app.stores.by_id.settings(&org).await;
            }
            Self::Reviews => {
                let _ = tokio::join!(review(app, &org), app.keys.current());
            }
            Self::Records => {
                if let Ok(nobody) = NOBODY.parse() {
                    let _ = app.stores.records.find(&org, nobody).await;
                }
            }
            Self::Exports => {
                if let Ok(nobody) = NOBODY.parse() {
                    let _ = app.stores.exports.find(&org, nobody).await;
                }
            }
            Self::Scorings => {
                if let Ok(nobody) = NOBODY.parse() {
                    let _ = app.stores.scorings.find(&org, nobody).await;
                }
            }
        }
    }
}

async fn identification(app: &App, org: &OrgId) {
    if let Ok(nobody) = NOBODY.parse() {
        let _ = app.stores.by_id.identification(org, nobody).await;
    }
}

async fn review(app: &App, org: &OrgId) {
    if let Ok(nobody) = NOBODY.parse() {
        let _ = app.stores.by_id.review(org, nobody).await;
    }
}

async fn chain(app: &App, org: &OrgId) {
    if let Ok(nobody) = NOBODY.parse() {
        let _ = app.stores.by_id.chain(org, nobody).await;
    }
}
