//! The processes of functions, and their environment.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;

pub struct Environment {
    pub binaries: PathBuf,
    /// Its variables, besides those that Lambda sets.
    pub variables: BTreeMap<&'static str, String>,
}

impl Environment {
    pub fn binary(&self, function: &str) -> PathBuf {
        Path::new(&self.binaries).join(function)
    }

    /// A process of a function that asks for its events at `runtime_api`. It shares this process's log.
    pub fn command(&self, function: &str, runtime_api: SocketAddr) -> Command {
        let mut command = Command::new(self.binary(function));
        command
            .env_clear()
            .envs(&self.variables)
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", function)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // Ctrl-C at a terminal reaches complete process groups: only the host gets it, and lets the functions
            // finish.
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}
