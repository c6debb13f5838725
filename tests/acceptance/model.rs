//! Random sequences of requests, deliveries, sweeps, clock jumps and restarts, compared with a small model of the
//! contract.
//!
//! [`steps`] are the elements of a sequence, and [`sequences`] chooses them. [`reference`] is the model: it knows only
//! rules, no stores or protocols. [`service`] is the complete service. After each step the answer, the metadata of the
//! identification concerned and the number of messages must match the model; after the last one everything is read, and
//! the table and the bucket must be consistent.
//!
//! The sequences are new in each run. `PROPTEST_RNG_SEED=<number>` repeats those of a run; a failure prints the
//! shortest failing sequence.

mod reference;
mod sequences;
mod service;
mod steps;

use proptest::test_runner::Config;
use proptest_state_machine::prop_state_machine;
use service::Service;

/// Sequences per test. Sixteen tests in memory and one in a folder make a thousand; they run in parallel.
const IN_MEMORY: u32 = 60;
const IN_FOLDER: u32 = 40;

fn config(cases: u32) -> Config {
    // A shrinking step costs a complete sequence.
    Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() }
}

/// Tests that differ only in their names.
macro_rules! side_by_side {
    ($($name:ident)+) => {
        prop_state_machine! {
            #![proptest_config(config(IN_MEMORY))]
            $(#[test] fn $name(sequential 10..25 => Service<false>);)+
        }
    };
}

mod the_service_does_what_the_model_does {
    use super::*;

    side_by_side! { _01 _02 _03 _04 _05 _06 _07 _08 _09 _10 _11 _12 _13 _14 _15 _16 }
}

prop_state_machine! {
    #![proptest_config(config(IN_FOLDER))]
    #[test]
    fn a_restarted_service_does_what_the_model_does(sequential 10..25 => Service<true>);
}
