//! Pictures in S3.

use crate::{
    errors::{PICTURES, unavailable, unusable},
    links::{link_to_read, signed_at},
};
use acredita_domain::{
    Time,
    error::Unavailable,
    pictures::{PictureFormat, PictureKey, PicturePrefix, SignedLink, StatedPicture, UploadLink},
    ports::limits::LINK_LIFE,
    ports::{Pictures, StoredPicture},
};
use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    operation::get_object::{GetObjectError, GetObjectOutput},
    primitives::ByteStream,
    types::{Delete, ObjectIdentifier},
};
use aws_smithy_types::base64;
use bytes::Bytes;

#[derive(Clone, Debug)]
pub struct S3Pictures {
    client: Client,
    bucket: String,
}

impl S3Pictures {
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// A page of the objects with a prefix, the first one or the next, and what asks for the one after it.
    async fn list(
        &self,
        prefix: &PicturePrefix,
        next: Option<String>,
    ) -> Result<(Vec<ObjectIdentifier>, Option<String>), Unavailable> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix.as_str());
        let request = request.set_continuation_token(next);
        let page = request.send().await.map_err(|error| unavailable(PICTURES, "list pictures", &error))?;
        let more = page.next_continuation_token;
        let keys = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
        let objects = keys.map(|key| ObjectIdentifier::builder().key(key).build().expect("the key is set"));
        Ok((objects.collect(), more))
    }

    async fn remove_all(&self, objects: Vec<ObjectIdentifier>) -> Result<(), Unavailable> {
        let operation = "erase pictures";
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().expect("the objects are set");
        let request = self.client.delete_objects().bucket(&self.bucket).delete(delete);
        let output = request.send().await.map_err(|error| unavailable(PICTURES, operation, &error))?;
        // A successful answer may still report failures of single objects.
        match output.errors() {
            [] => Ok(()),
            _ => Err(unusable(PICTURES, operation, "some pictures were not removed")),
        }
    }
}

#[async_trait]
impl Pictures for S3Pictures {
    async fn put(&self, key: &PictureKey, format: PictureFormat, bytes: Bytes) -> Result<(), Unavailable> {
        let request = self.client.put_object().bucket(&self.bucket).key(key.as_str());
        let request = request.content_type(format.as_str()).content_disposition(as_a_file(format));
        let request = request.body(ByteStream::from(bytes));
        request.send().await.map_err(|error| unavailable(PICTURES, "put picture", &error))?;
        Ok(())
    }

    /// Looks for the picture before it reads it: of a missing one S3 says so only to whoever may list the complete
    /// bucket, and "denied" to everybody else.
    async fn get(&self, key: &PictureKey, max_bytes: usize) -> Result<Option<StoredPicture>, Unavailable> {
        let look = self.client.list_objects_v2().bucket(&self.bucket).prefix(key.as_str()).max_keys(1);
        let seen = look.send().await.map_err(|error| unavailable(PICTURES, "look for picture", &error))?;
        if !seen.contents().iter().any(|object| object.key() == Some(key.as_str())) {
            return Ok(None);
        }
        match self.client.get_object().bucket(&self.bucket).key(key.as_str()).send().await {
            Ok(output) => read_at_most(output, max_bytes).await.map(Some),
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(unavailable(PICTURES, "get picture", &error)),
        }
    }

    async fn remove(&self, key: &PictureKey) -> Result<(), Unavailable> {
        let request = self.client.delete_object().bucket(&self.bucket).key(key.as_str());
        request.send().await.map_err(|error| unavailable(PICTURES, "remove picture", &error))?;
        Ok(())
    }

    async fn erase(&self, prefix: &PicturePrefix, spared: &[PictureKey]) -> Result<(), Unavailable> {
        let mut next = None;
        loop {
            let (mut objects, more) = self.list(prefix, next).await?;
            objects.retain(|object| spared.iter().all(|key| key.as_str() != object.key));
            if !objects.is_empty() {
                self.remove_all(objects).await?;
            }
            if more.is_none() {
                return Ok(());
            }
            next = more;
        }
    }

    /// What the link returns does not depend on how the picture was stored: its type and that it is a file are part of
    /// the signature.
    async fn link_to_read(
        &self,
        key: &PictureKey,
        format: PictureFormat,
        now: Time,
    ) -> Result<SignedLink, Unavailable> {
        let request = self.client.get_object().bucket(&self.bucket).key(key.as_str());
        let request = request.response_content_type(format.as_str()).response_content_disposition(as_a_file(format));
        link_to_read(request, PICTURES, now).await
    }

    /// S3 refuses a body that does not have the signed type, length and digest.
    async fn link_to_write(
        &self,
        key: &PictureKey,
        stated: Option<&StatedPicture>,
        now: Time,
    ) -> Result<UploadLink, Unavailable> {
        let mut request = self.client.put_object().bucket(&self.bucket).key(key.as_str());
        if let Some(StatedPicture { format, size, sha256 }) = stated {
            let digest = base64::encode(sha256.bytes());
            let length = size.get().into();
            request = request.content_type(format.as_str()).content_length(length).checksum_sha256(digest);
        }
        let signed = request
            .presigned(signed_at(PICTURES, now)?)
            .await
            .map_err(|error| unavailable(PICTURES, "sign link to write", &error))?;
        let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(UploadLink { link: SignedLink { url: signed.uri().to_owned(), expires_at: now + LINK_LIFE }, headers })
    }
}

/// Browsers save a picture under this name instead of showing it.
const fn as_a_file(format: PictureFormat) -> &'static str {
    match format {
        PictureFormat::Jpeg => "attachment; filename=\"picture.jpg\"",
        PictureFormat::Png => "attachment; filename=\"picture.png\"",
    }
}

/// Reads a picture, unless its announced or its real size is over the limit.
async fn read_at_most(output: GetObjectOutput, max_bytes: usize) -> Result<StoredPicture, Unavailable> {
    let announced = output.content_length().and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > max_bytes) {
        return Ok(StoredPicture::TooLarge);
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    let mut body = output.body;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| {
            tracing::warn!(operation = "get picture", code = "body", "{PICTURES} is unavailable");
            Unavailable(PICTURES)
        })?;
        if bytes.len() + chunk.len() > max_bytes {
            return Ok(StoredPicture::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(StoredPicture::Bytes(bytes.into()))
}
