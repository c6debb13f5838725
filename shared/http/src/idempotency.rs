//! The `Idempotency-Key` header of every operation that takes one.

use crate::{fault::Faults, request::RequestReader};
use acredita_domain::idempotency::{Idempotency, IdempotencyKey};

/// The key and body digest of this request; `None` without the header.
pub fn idempotency(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Idempotency> {
    let key: IdempotencyKey = request.header("idempotency-key", faults)?;
    Some(Idempotency::new(&key, &request.canonical_body()))
}
