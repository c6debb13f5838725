//! DynamoDB: dynoxide's database over one SQLite file in WAL mode with `synchronous = FULL` (SQLite's default), so an
//! answered write survives a killed process, behind an endpoint of our own: dynoxide's checks no signature, and lets
//! every web page read the answers. Request tokens are kept in memory only: a replay across a restart is judged by its
//! conditions. Nothing deletes items past their TTL; dynoxide only does so when asked in process.

mod endpoint;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use dynoxide::Database;

use crate::home::Home;
use crate::host::{Host, Listening};
use crate::{Doors, Service, StartError};

/// DynamoDB takes bodies up to 16 MiB.
const LARGEST: usize = 16 * 1024 * 1024;

pub(crate) fn start(home: &Home, doors: &Doors) -> Result<Host, StartError> {
    let endpoint = endpoint::Endpoint { database: open(home)?, credentials: home.credentials().clone() };
    let router = Router::new().fallback(endpoint::answer).layer(DefaultBodyLimit::max(LARGEST));
    let router = router.with_state(Arc::new(endpoint));
    let listening = Listening::on(Service::DynamoDb, doors.ports.dynamodb)?;
    let access = listening.access();
    listening.serve(router, access)
}

fn open(home: &Home) -> Result<Database, StartError> {
    let failed = |reason: String| StartError::Open { service: Service::DynamoDb, reason };
    let Some(file) = home.dynamodb_file() else {
        return Database::memory().map_err(|error| failed(error.to_string()));
    };
    crate::private::make(&file).map_err(|error| failed(error.to_string()))?;
    let file = file.to_str().ok_or_else(|| failed("the folder's name is not UTF-8".to_owned()))?;
    Database::new(file).map_err(|error| failed(error.to_string()))
}
