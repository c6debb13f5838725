//! The digest of a body (`x-amz-checksum-sha256`), checked before the object is written: s3s-fs checks it too, but by then
//! the former object is gone.

use async_trait::async_trait;
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::TryStreamExt;
use s3s::access::S3Access;
use s3s::dto::{PutObjectInput, StreamingBlob};
use s3s::{Body, S3Request, S3Result, s3_error};
use sha2::{Digest, Sha256};

pub(crate) struct Digests;

/// Called once the signature was found to be good.
#[async_trait]
impl S3Access for Digests {
    async fn put_object(&self, request: &mut S3Request<PutObjectInput>) -> S3Result<()> {
        let Some(stated) = &request.input.checksum_sha256 else {
            return Ok(());
        };
        let mut bytes = Vec::new();
        if let Some(mut body) = request.input.body.take() {
            while let Some(chunk) = body.try_next().await.map_err(|_| s3_error!(IncompleteBody))? {
                bytes.extend_from_slice(&chunk);
            }
        }
        if BASE64_STANDARD.encode(Sha256::digest(&bytes)) != *stated {
            return Err(s3_error!(BadDigest, "checksum_sha256 mismatch"));
        }
        request.input.body = Some(StreamingBlob::from(Body::from(axum::body::Bytes::from(bytes))));
        Ok(())
    }
}
