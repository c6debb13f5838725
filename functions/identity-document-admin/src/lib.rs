//! acredita-identity-document-admin
