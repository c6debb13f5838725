//! acredita-identification-agent-admin
