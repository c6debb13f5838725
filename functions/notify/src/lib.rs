//! acredita-notify
