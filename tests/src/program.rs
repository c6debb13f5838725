//! Runs the programs as users do: `acredita`, and `aws-local`, which runs the Lambda binaries.

use crate::{
    request::{Answer, Call},
    tokens::{AUD, ISS},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// The folder of cargo's binaries: above that of the tests.
fn binaries() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    test.parent().and_then(Path::parent).expect("target/<profile>/deps/<test>").to_owned()
}

fn built(name: &str) -> PathBuf {
    let binary = binaries().join(name);
    assert!(
        binary.exists(),
        "{} is not there: build it with `cargo build --workspace --all-targets`",
        binary.display()
    );
    binary
}

pub fn binary() -> PathBuf {
    built("acredita")
}

/// A running server: `acredita serve` or `aws-local`. Dropping it kills it.
pub struct Program {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// Its output at the start.
    pub greeting: String,
}

impl Program {
    /// Starts `acredita serve` on a free port over a data folder, with further arguments, and waits until it prints its
    /// address.
    pub async fn serve(data_dir: &Path, arguments: &[&str]) -> Self {
        Self::start(&mut serve(data_dir, arguments), Stdio::null(), "info").await
    }

    /// The same, with everything that can be logged written to a file.
    pub async fn serve_logging_everything(data_dir: &Path, log: fs::File) -> Self {
        Self::start(&mut serve(data_dir, &[]), log.into(), "trace").await
    }

    /// Starts the AWS shape on a free port over a data folder, with the issuer's keys from a file.
    pub async fn aws_local(data_dir: &Path, jwks: &Path) -> Self {
        let mut command = Command::new(built("aws-local"));
        command.args(["--listen", "127.0.0.1:0", "--binaries"]).arg(binaries());
        command.arg("--data-dir").arg(data_dir).arg("--jwks").arg(jwks);
        command.args(["--issuer", ISS, "--audience", AUD]);
        Self::start(&mut command, Stdio::null(), "info").await
    }

    async fn start(command: &mut Command, log: Stdio, level: &str) -> Self {
        let mut child = command
            .env("RUST_LOG", level)
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut greeting = String::new();
        let read = async {
            while let Some(line) = lines.next_line().await.expect("readable") {
                greeting.push_str(&line);
                greeting.push('\n');
                if line.starts_with("Ctrl-C") {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), read).await.expect("it starts within 30 s");
        let address =
            greeting.lines().next().and_then(|line| line.split_whitespace().last()).expect("an address").to_owned();
        Self { child, address, greeting }
    }

    /// The text printed after a label.
    pub fn printed(&self, label: &str) -> String {
        let line = self.greeting.lines().find_map(|line| line.trim_start().strip_prefix(label));
        line.unwrap_or_else(|| panic!("no {label} in\n{}", self.greeting)).trim().to_owned()
    }

    pub async fn send(&self, call: Call) -> Answer {
        send(&self.address, call).await
    }

    /// Kills it as `kill -9` does.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Interrupts it as Ctrl-C does, and returns its exit code.
    pub async fn interrupt(mut self) -> Option<i32> {
        signal(self.pid(), "INT").await;
        let ended =
            tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await.expect("it ends within 30 s");
        ended.expect("a status").code()
    }

    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// The ids of its running child processes. Linux only.
    pub fn children(&self) -> Vec<u32> {
        let processes = fs::read_dir("/proc").expect("Linux tells it").filter_map(Result::ok);
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(|id| parent(*id) == Some(self.pid())).collect()
    }

    /// Those of its children that run a function.
    pub fn processes_of(&self, function: &str) -> Vec<u32> {
        let binary = binaries().join(function);
        // Linux marks a binary that was rebuilt in the meantime as deleted.
        let runs = |id: &u32| {
            let path = fs::read_link(format!("/proc/{id}/exe")).unwrap_or_default();
            path.to_string_lossy().trim_end_matches(" (deleted)") == binary.to_string_lossy()
        };
        self.children().into_iter().filter(runs).collect()
    }
}

fn serve(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir).args(arguments);
    command
}

/// The parent of a process; `None` if the process does not run or is a zombie.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // `id (name) state parent …`, and the name may contain anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    (fields.next()? != "Z").then(|| fields.next()?.parse().ok()).flatten()
}

pub fn runs(id: u32) -> bool {
    parent(id).is_some()
}

/// Sends a process a signal, such as `KILL`. Does nothing if the process has ended.
pub async fn signal(id: u32, name: &str) {
    let _ = Command::new("kill").arg(format!("-{name}")).arg(id.to_string()).stderr(Stdio::null()).status().await;
}

/// Sends a request over HTTP.
pub async fn send(address: &str, call: Call) -> Answer {
    let client = reqwest::Client::new();
    let mut request = client.request(call.method, format!("{address}{}", call.path));
    for (name, value) in call.headers {
        request = request.header(name, value);
    }
    let response = request.body(call.body).send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, body: response.bytes().await.expect("a whole body").to_vec() }
}
