//! The acceptance tests: the promises to callers, seen from outside.
//!
//! A single binary, so that it is linked once. `contract` walks through the HTTP contract section by section; the other
//! modules cover races, faults, hostile input and restarts.

mod arrows;
mod backfill;
mod budgets;
mod chains;
mod checklists;
mod circles;
mod contract;
mod delivery;
mod events;
mod expiry;
mod exports;
mod fallback;
mod faults;
mod hostile;
mod leaks;
mod listen;
mod listeners;
mod midni;
mod model;
mod openapi;
mod promises;
mod providers;
mod races;
mod readme;
mod receipts;
mod replay;
mod reviews;
mod schemas;
mod serve;
mod shapes;
mod sweep;
mod template;
mod trigger;
mod webhooks;
