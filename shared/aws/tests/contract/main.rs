//! The promises of every port, tested against the adapters of this crate on embedded AWS.
//!
//! The suites know only the ports ([`stage::Ports`]), so another family of adapters could be tested with them. Tests of
//! our adapters alone (calls on the wire, lost answers, corrupt items) are in `wire`, those of AWS on a bad day in
//! `faults`. Services without an embedded version (secrets) are replaced by a scripted one.

/// Runs each test of a suite on a new, empty AWS in memory.
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

mod backfills;
mod chains;
mod creating;
mod delegations;
mod deleting;
mod deliveries;
mod endings;
mod endpoints;
mod events;
mod exports;
mod faults;
mod housekeeping;
mod identifications;
mod midni;
mod new_codes;
mod once;
mod outbox;
mod pictures;
mod queue;
mod records;
mod requests;
mod resending;
mod reviews;
mod samples;
mod scorings;
mod secrets;
mod settings;
mod sightings;
mod stage;
mod wire;
