//! `acredita verify`: whether a subject is what its events say, in a data folder or in a table on AWS.

use crate::serve::{LocalAws, ServeError};
use acredita_aws::{AwsClients, AwsStores, SystemClock, sdk_config};
use acredita_domain::{
    ids::{OrgId, SubjectId},
    ports::Clock,
    stores::Stores,
    use_cases::{Kept, Verified, verify_by_id},
};
use acredita_embedded_aws::Storage;
use acredita_outbound::Outbound;
use chrono::TimeDelta;
use clap::Args;
use std::{path::PathBuf, sync::Arc};

#[derive(Args)]
pub struct VerifyArgs {
    /// The organisation
    #[arg(long)]
    org: OrgId,
    /// An id of an identification, or of a scoring that stands alone
    #[arg(long)]
    subject: SubjectId,
    /// The data folder of a service that does not run
    #[arg(long, default_value = ".acredita")]
    data_dir: PathBuf,
    /// A table on AWS instead, with the region and the credentials of the environment
    #[arg(long, conflicts_with = "data_dir")]
    table: Option<String>,
    /// How long the deployment keeps events: the earliest may have ended
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(i64).range(1..=100))]
    event_years: i64,
    /// How long it keeps identifications after they expire
    #[arg(long, default_value = "90", value_parser = clap::value_parser!(i64).range(1..=3650))]
    retention_days: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("there is no data in {0}")]
    NoData(String),
    #[error("it could not be read: {0}")]
    Read(#[from] acredita_domain::Error),
    #[error("no events of it")]
    NothingKnown,
    #[error("{0}")]
    Fault(acredita_domain::events::BrokenChain),
}

/// Reports how many events were verified, or where log and subject part.
pub async fn verify(args: VerifyArgs) -> Result<String, VerifyError> {
    let VerifyArgs { org, subject, data_dir, table, event_years, retention_days } = args;
    let kept = Kept { events: TimeDelta::days(event_years * 366), subjects: TimeDelta::days(retention_days) };
    let verified = match table {
        Some(table) => {
            let outbound = Outbound::default();
            let sdk = sdk_config(outbound.connector(), |name| std::env::var(name).ok()).map_err(ServeError::from)?;
            let stores = Stores::all(&AwsStores::new(&AwsClients::new(&sdk, &[]), &table, ""));
            verify_by_id(&stores, &org, subject, kept, SystemClock.now()).await?
        }
        None => {
            if !data_dir.join("dynamodb.sqlite").exists() {
                return Err(VerifyError::NoData(data_dir.display().to_string()));
            }
            let aws = LocalAws::start(Storage::Folder(data_dir), Arc::new(SystemClock), &[]).await?;
            let stores: Stores = aws.stores();
            let verified = verify_by_id(&stores, &org, subject, kept, SystemClock.now()).await;
            aws.embedded.stop().await;
            verified?
        }
    };
    match verified.ok_or(VerifyError::NothingKnown)? {
        Verified { fault: Some(fault), .. } => Err(VerifyError::Fault(fault)),
        Verified { events, fault: None } => {
            Ok(format!("{events} events, unbroken, and the subject is as they left it"))
        }
    }
}
