//! acredita-identity-document
