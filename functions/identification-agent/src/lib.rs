//! acredita-identification-agent
