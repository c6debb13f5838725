//! acredita-local
