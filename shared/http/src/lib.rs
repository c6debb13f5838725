//! acredita-http
