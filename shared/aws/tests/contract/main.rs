//! What every port promises, held against the adapters of this crate on embedded AWS.
//!
//! The suites know only the ports ([`stage::Ports`]), so that another family of adapters could be held against them.
//! What is particular to ours (calls on the wire, answers that get lost, items that nobody understands) is in `wire`,
//! what AWS answers on a bad day in `faults`. What there is no embedded AWS for (secrets) is held against a scripted one.

/// Runs each test of a suite on a fresh, empty AWS in memory.
macro_rules! on_aws {
    ($($test:ident),+ $(,)?) => {
        mod on_aws {
            $(
                #[tokio::test]
                async fn $test() {
                    let stage = crate::stage::Stage::start().await;
                    super::$test(&stage.ports).await;
                }
            )+
        }
    };
}

mod creating;
mod delegations;
mod deleting;
mod faults;
mod housekeeping;
mod identifications;
mod outbox;
mod pictures;
mod queue;
mod resending;
mod samples;
mod scorings;
mod scripted;
mod secrets;
mod stage;
mod wire;
