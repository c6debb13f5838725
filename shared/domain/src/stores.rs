//! The stores of a deployment. A function names those that it uses, so that its program contains no others.

use crate::ports::{
    Backfills, ById, Chains, Deliveries, Endpoints, EventLog, Events, ExportFiles, Exports, Housekeeping,
    IdempotencyRecords, Identifications, MidniChecks, Outbox, Pictures, Records, RequestCounts, Reviews, Scorings,
    SettingsStore, Sightings,
};
use std::{any::type_name, fmt, ops::Deref, sync::Arc};

/// A store, in a function that names it. To use one that was not named is a mistake of the function and not of its
/// caller: it panics. All tests of the API run with the stores that each function names, and would show it.
pub struct Store<Port: ?Sized>(Option<Arc<Port>>);

impl<Port: ?Sized> Store<Port> {
    pub fn new(port: Arc<Port>) -> Self {
        Self(Some(port))
    }
}

impl<Port: ?Sized> Deref for Store<Port> {
    type Target = Port;

    fn deref(&self) -> &Port {
        match &self.0 {
            Some(port) => port,
            None => panic!("this function does not name its {}", type_name::<Port>()),
        }
    }
}

impl<Port: ?Sized> Clone for Store<Port> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Port: ?Sized> Default for Store<Port> {
    fn default() -> Self {
        Self(None)
    }
}

impl<Port: ?Sized> fmt::Debug for Store<Port> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", type_name::<Port>(), if self.0.is_some() { "named" } else { "not named" })
    }
}

macro_rules! stores {
    ($($store:ident: $port:ident,)+) => {
        /// The stores that a function names.
        #[derive(Clone, Debug, Default)]
        pub struct Stores {
            $(pub $store: Store<dyn $port>,)+
        }

        /// Where functions take their stores from. It is a trait so that each is linked where it is named, and nowhere
        /// else.
        pub trait AllStores {
            $(fn $store(&self) -> Store<dyn $port>;)+
        }

        impl AllStores for Stores {
            $(fn $store(&self) -> Store<dyn $port> {
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
