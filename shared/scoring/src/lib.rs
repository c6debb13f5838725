//! acredita-scoring
