//! DynamoDB: dynoxide's HTTP server over one SQLite file in WAL mode with `synchronous = FULL` (SQLite's default), so
//! an answered write survives a killed process. Request tokens are kept in memory only: a replay across a restart is
//! judged by its conditions. Nothing deletes items past their TTL; dynoxide only does so when asked in process.

use dynoxide::{Database, server};

use crate::home::Home;
use crate::host::{Host, Listening};
use crate::{Service, StartError};

pub(crate) fn start(home: &Home, port: u16) -> Result<Host, StartError> {
    let database = open(home)?;
    Listening::on(Service::DynamoDb, port)?.serve(|listener, draining| async move {
        if let Err(error) = server::serve_with_shutdown(listener, database, draining.begun()).await {
            tracing::error!(%error, "the embedded DynamoDB stopped serving");
        }
    })
}

fn open(home: &Home) -> Result<Database, StartError> {
    let failed = |reason: String| StartError::Open { service: Service::DynamoDb, reason };
    let Some(file) = home.dynamodb_file() else {
        return Database::memory().map_err(|error| failed(error.to_string()));
    };
    let file = file.to_str().ok_or_else(|| failed("the folder's name is not UTF-8".to_owned()))?;
    Database::new(file).map_err(|error| failed(error.to_string()))
}
