//! acredita-sweep
