//! The stores of a deployment. A function names those that it uses, so that its program contains no others.

use crate::{
    named::Named,
    ports::{
        Backfills, ById, Chains, Deliveries, Endpoints, EventLog, Events, ExportFiles, Exports, Housekeeping,
        IdempotencyRecords, Identifications, MidniChecks, Outbox, Pictures, Records, RequestCounts, Reviews, Scorings,
        SettingsStore, Sightings,
    },
};

macro_rules! stores {
    ($($store:ident: $port:ident,)+) => {
        /// The stores that a function names.
        #[derive(Clone, Default)]
        pub struct Stores {
            $(pub $store: Named<dyn $port>,)+
        }

        /// Where functions take their stores from. It is a trait so that each is linked where it is named, and nowhere
        /// else.
        pub trait AllStores {
            $(fn $store(&self) -> Named<dyn $port>;)+
        }

        impl AllStores for Stores {
            $(fn $store(&self) -> Named<dyn $port> {
                self.$store.clone()
            })+
        }

        impl Stores {
            pub fn all(all: &impl AllStores) -> Self {
                Self { $($store: all.$store(),)+ }
            }
        }
    };
}

stores! {
    by_id: ById,
    identifications: Identifications,
    scorings: Scorings,
    chains: Chains,
    idempotency: IdempotencyRecords,
    outbox: Outbox,
    housekeeping: Housekeeping,
    pictures: Pictures,
    requests: RequestCounts,
    sightings: Sightings,
    log: EventLog,
    events: Events,
    endpoints: Endpoints,
    deliveries: Deliveries,
    settings: SettingsStore,
    midni_checks: MidniChecks,
    reviews: Reviews,
    records: Records,
    backfills: Backfills,
    exports: Exports,
    export_files: ExportFiles,
}
