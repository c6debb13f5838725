//! The runtime API with processes that behave and processes that do not: each is a shell script that speaks HTTP by
//! hand.

use acredita_aws::SystemClock;
use acredita_aws_local::{
    environment::Environment,
    runtime::{InvokeError, Runtime},
};
use acredita_manifest::{Function, Trigger};
use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;

const FUNCTION: &str = "function";

/// Asks for an event: its id is then in `$id`, and the payload is not read.
const NEXT: &str = r#"
api=${AWS_LAMBDA_RUNTIME_API/:/\/}
next() {
  exec 3<>"/dev/tcp/$api"
  printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: %s\r\nconnection: close\r\n\r\n' "$AWS_LAMBDA_RUNTIME_API" >&3
  while read -r line <&3; do
    line=${line%$'\r'}
    case $line in lambda-runtime-aws-request-id:*) id=${line#*: } ;; '') break ;; esac
  done
}
post() {
  exec 3<>"/dev/tcp/$api"
  printf 'POST /2018-06-01/runtime/invocation/%s/%s HTTP/1.1\r\nhost: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s' "$1" "$2" "$AWS_LAMBDA_RUNTIME_API" "${#3}" "$3" >&3
  read -r _ <&3
}
# Says nothing to a server that says nothing either.
rest() {
  exec 4<>"/dev/tcp/$api"
  read -rt "$1" _ <&4
}
"#;

/// A runtime with this script as its only function, which may take at most half a second.
fn runtime(script: &str, most: usize) -> (TempDir, Runtime) {
    let folder = tempfile::tempdir().expect("a folder");
    let binary = folder.path().join(FUNCTION);
    fs::write(&binary, format!("#!/bin/bash\n{NEXT}{script}")).expect("writable");
    fs::set_permissions(&binary, fs::Permissions::from_mode(0o700)).expect("ours");
    let environment = Environment { binaries: folder.path().to_owned(), variables: BTreeMap::new() };
    let function = Function { name: FUNCTION, trigger: Trigger::Http, timeout: Duration::from_millis(500) };
    (folder, Runtime::new(&[function], environment, most, Arc::new(SystemClock)))
}

async fn invoke(runtime: &Runtime) -> Result<String, InvokeError> {
    let answer = runtime.invoke(FUNCTION, b"{}".to_vec()).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn a_process_answers_one_event_after_the_other() {
    let (_folder, runtime) = runtime("while next; do post \"$id\" response \"$$\"; done", 1);
    let first = invoke(&runtime).await.expect("an answer");
    for _ in 0..3 {
        assert_eq!(invoke(&runtime).await, Ok(first.clone()), "the process that is there is taken again");
    }
    assert_eq!(runtime.invoke("nothing", Vec::new()).await, Err(InvokeError::Unknown));
    runtime.stop().await;
}

#[tokio::test]
async fn events_that_meet_have_a_process_each() {
    let (_folder, runtime) = runtime("while next; do rest 0.2; post \"$id\" response \"$$\"; done", 2);
    let (first, second, third) = tokio::join!(invoke(&runtime), invoke(&runtime), invoke(&runtime));
    let (first, second, third) = (first.expect("an answer"), second.expect("an answer"), third.expect("an answer"));
    assert_ne!(first, second);
    assert!(third == first || third == second, "there are two at most");
}

#[tokio::test]
async fn a_function_that_says_that_it_failed_fails_and_goes_on() {
    let (_folder, runtime) = runtime("next; post \"$id\" error '{}'; next; post \"$id\" response fine; next", 1);
    assert_eq!(invoke(&runtime).await, Err(InvokeError::Failed("{}".into())));
    assert_eq!(invoke(&runtime).await.as_deref(), Ok("fine"));
}

#[tokio::test]
async fn an_event_dies_with_its_process_and_the_next_has_a_new_one() {
    let (folder, runtime) =
        runtime("next; [ -e \"$0.once\" ] || { : > \"$0.once\"; kill -9 $$; }; post \"$id\" response alive; next", 1);
    assert_eq!(invoke(&runtime).await, Err(InvokeError::Died));
    assert_eq!(invoke(&runtime).await.as_deref(), Ok("alive"));
    assert!(folder.path().join("function.once").exists());
}

#[tokio::test]
async fn a_function_that_cannot_start_fails_its_events() {
    let (_folder, broken) = runtime("exit 1", 1);
    for _ in 0..2 {
        assert_eq!(invoke(&broken).await, Err(InvokeError::Died));
    }
    let (folder, missing) = runtime("", 1);
    fs::remove_file(folder.path().join(FUNCTION)).expect("ours");
    assert_eq!(invoke(&missing).await, Err(InvokeError::Died));
}

#[tokio::test]
async fn a_process_that_takes_too_long_is_killed() {
    let (folder, runtime) = runtime("printf $$ > \"$0.pid\"; next; rest 60", 1);
    assert_eq!(invoke(&runtime).await, Err(InvokeError::TimedOut));
    let pid = fs::read_to_string(folder.path().join("function.pid")).expect("it ran");
    let process = Path::new("/proc").join(pid);
    while process.exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(invoke(&runtime).await, Err(InvokeError::TimedOut), "another is started for the next event");
}

/// An answer to a request that is over changes nothing.
#[tokio::test]
async fn an_answer_to_another_request_is_not_taken() {
    let (_folder, runtime) =
        runtime("while next; do post another response wrong; post \"$id\" response right; done", 1);
    for _ in 0..2 {
        assert_eq!(invoke(&runtime).await.as_deref(), Ok("right"));
    }
}
