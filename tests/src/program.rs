//! Runs the `acredita` binary as a user does.

use crate::request::{Answer, Call};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// The program, where cargo has put it: beside the tests.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let folder = test.parent().and_then(Path::parent).expect("target/<profile>/deps/<test>");
    let binary = folder.join("acredita");
    assert!(binary.exists(), "{} is not there: build it with `cargo build -p acredita-local`", binary.display());
    binary
}

/// A running `acredita serve`. Dropping it kills it.
pub struct Program {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// What it printed when it started.
    pub greeting: String,
}

impl Program {
    /// Starts `acredita serve` on a free port over a data folder, with further arguments, and waits until it says where it listens.
    pub async fn serve(data_dir: &Path, arguments: &[&str]) -> Self {
        Self::start(data_dir, arguments, Stdio::null(), "info").await
    }

    /// The same, with everything that may be logged written to a file.
    pub async fn serve_logging_everything(data_dir: &Path, log: std::fs::File) -> Self {
        Self::start(data_dir, &[], log.into(), "trace").await
    }

    async fn start(data_dir: &Path, arguments: &[&str], log: Stdio, level: &str) -> Self {
        let mut child = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .args(arguments)
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
        let address = greeting
            .lines()
            .next()
            .and_then(|line| line.split_whitespace().last())
            .expect("an address")
            .to_owned();
        Self { child, address, greeting }
    }

    /// What it printed behind a label.
    pub fn printed(&self, label: &str) -> String {
        let line = self.greeting.lines().find_map(|line| line.trim_start().strip_prefix(label));
        line.unwrap_or_else(|| panic!("no {label} in\n{}", self.greeting)).trim().to_owned()
    }

    /// Sends a request.
    pub async fn send(&self, call: Call) -> Answer {
        send(&self.address, call).await
    }

    /// Kills it as `kill -9` does.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Asks it to end as Ctrl-C does, and answers its exit code.
    pub async fn interrupt(mut self) -> Option<i32> {
        let pid = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().await.expect("kill runs");
        assert!(sent.success());
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await.expect("it ends within 30 s");
        ended.expect("a status").code()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }
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
