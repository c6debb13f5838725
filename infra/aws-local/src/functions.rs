//! The processes of the functions: started, and started again when they end.

use crate::runtime::{Runtime, Slot};
use acredita_local::workers::{Stop, stopped};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{process::Command, task::JoinSet};

/// All functions: those that serve HTTP, and the two workers.
pub const FUNCTIONS: [&str; 9] = [
    "identification-agent-admin",
    "identification-agent",
    "identification-otp-admin",
    "identification-otp",
    "identity-document-admin",
    "identity-document",
    "scoring",
    "notify",
    "sweep",
];

/// A process that ends at once is not started again in a tight loop.
const PAUSE: Duration = Duration::from_millis(200);

/// What every process is given.
pub struct Environment {
    /// Where the binaries are.
    pub binaries: PathBuf,
    /// `127.0.0.1:PORT` of the runtime API.
    pub runtime_api: String,
    /// Further variables.
    pub variables: BTreeMap<&'static str, String>,
}

impl Environment {
    /// The path of a function's binary.
    pub fn binary(&self, function: &str) -> PathBuf {
        Path::new(&self.binaries).join(function)
    }

    fn command(&self, slot: Slot, function: &'static str) -> Command {
        let mut command = Command::new(self.binary(function));
        command
            .env_clear()
            .envs(&self.variables)
            .env("AWS_LAMBDA_RUNTIME_API", format!("{}/{slot}", self.runtime_api))
            .env("AWS_LAMBDA_FUNCTION_NAME", function)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// Keeps a process in every slot until it is told to stop.
pub fn keep_running(environment: Environment, runtime: &Runtime, stop: &Stop) -> JoinSet<()> {
    let environment = std::sync::Arc::new(environment);
    let mut tasks = JoinSet::new();
    for (slot, function) in runtime.slots() {
        let (environment, runtime, stop) = (environment.clone(), runtime.clone(), stop.clone());
        tasks.spawn(async move {
            loop {
                let mut process = match environment.command(slot, function).spawn() {
                    Ok(process) => process,
                    Err(error) => {
                        tracing::error!(function, %error, "a function does not start");
                        return;
                    }
                };
                tokio::select! {
                    () = stopped(stop.clone()) => {
                        let _ = process.kill().await;
                        return;
                    }
                    ended = process.wait() => {
                        runtime.died(slot);
                        tracing::warn!(function, ended = ?ended.ok().and_then(|status| status.code()), "a function's process ended");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        });
    }
    tasks
}
