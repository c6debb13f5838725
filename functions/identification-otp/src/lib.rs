//! acredita-identification-otp
