//! acredita-identification-otp-admin
