//! What a function's `main.rs` names fits what its library names and what its role allows: no test runs a `main.rs` with
//! every request.

use super::reading::{deployed, granted};
use acceptance::World;
use acredita_domain::stores::Stores;
use acredita_local::gateway;
use acredita_service::WarmUp;
use std::{fs, path::Path};

type Names = fn(&Stores) -> Stores;

/// The functions with stores, and those that each names.
fn functions() -> Vec<(&'static str, Names)> {
    let served = gateway::functions().into_iter().map(|function| (function.name, function.stores));
    let workers: [(_, Names); 5] = [
        ("dispatch", acredita_dispatch::stores),
        ("exports", acredita_exports::stores),
        ("notify", acredita_notify::stores),
        ("receipts", acredita_receipts::stores),
        ("sweep", acredita_sweep::stores),
    ];
    served.chain(workers).collect()
}

fn main_of(function: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions").join(function).join("src/main.rs");
    fs::read_to_string(path).expect("a main.rs")
}

#[tokio::test]
async fn a_function_warms_up_by_a_store_that_it_names_and_may_read() {
    let (world, logical) = (World::start().await, deployed());
    for (name, stores) in functions() {
        let main = main_of(name);
        let named = |warm_up: &&WarmUp| main.contains(&format!("WarmUp::{warm_up:?},"));
        let [warm_up] = WarmUp::ALL.iter().filter(named).collect::<Vec<_>>()[..] else { panic!("{name}: one warm-up") };
        world.wire.take_actions();
        warm_up.read(&world.app.with(stores)).await;
        let (reads, granted) = (world.wire.take_actions(), granted(logical[name]));
        assert!(!reads.is_empty(), "{name} connects to the table");
        for read in reads {
            assert!(granted.contains(&(read.name.to_owned(), read.kind.clone())), "{name}: {read:?}");
        }
    }
}

#[tokio::test]
async fn a_function_reaches_receivers_if_it_has_endpoints_and_deliveries() {
    let app = World::start().await.app;
    for (name, stores) in functions() {
        let delivers = app.with(stores).stores.deliveries.is_named();
        assert_eq!(main_of(name).contains("receivers::public"), delivers, "{name}");
    }
}
