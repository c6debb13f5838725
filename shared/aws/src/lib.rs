//! acredita-aws
