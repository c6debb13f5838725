//! acredita-scoring-api
