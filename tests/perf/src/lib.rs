//! acredita-perf
