//! §8: chains, several identifications of one person in an order.
//!
//! `creating` and `walking` are the contract; `states` is its table for the chain and its steps together; `events` is what
//! is told; `races` has sixteen at once; `lost` has a fault at every call of every port; `model` takes random walks.

mod creating;
mod events;
mod lost;
mod model;
mod races;
mod states;
mod walking;
