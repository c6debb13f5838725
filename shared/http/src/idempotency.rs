//! The `Idempotency-Key` header of every operation that takes one.

use crate::{
    fault::Faults,
    request::{BodyKind, ParseRequest, RequestReader},
};
use acredita_domain::idempotency::{Idempotency, IdempotencyKey};

/// The key and body digest of this request; `None` without the header.
pub fn idempotency(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Idempotency> {
    let key: IdempotencyKey = request.header("idempotency-key", faults)?;
    Some(Idempotency::new(&key, &request.canonical_body()))
}

/// A request that may have a key.
pub struct Keyed<T> {
    pub request: T,
    pub idempotency: Option<Idempotency>,
}

impl<T: ParseRequest> ParseRequest for Keyed<T> {
    const BODY: BodyKind = T::BODY;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let idempotency = idempotency(request, faults);
        Some(Self { request: T::parse(request, faults)?, idempotency })
    }
}
