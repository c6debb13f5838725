//! Files of records in S3, by its uploads of many parts.

use crate::{
    errors::{FILES, code, unavailable, unusable},
    links::link_to_read,
};
use acredita_domain::{
    Time,
    error::Unavailable,
    exports::{FileKey, PartTag, UploadId},
    pictures::SignedLink,
    ports::{ExportFiles, FileError},
};
use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    error::SdkError,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bytes::Bytes;

const CONTENT_TYPE: &str = "text/csv; charset=utf-8";
/// Browsers save a file under this name.
const AS_A_FILE: &str = "attachment; filename=\"records.csv\"";
/// S3 says so of an upload that is gone, or of parts that it does not have. The stand-in has one word for both.
const BROKEN: [&str; 5] = ["NoSuchUpload", "InvalidPart", "InvalidPartOrder", "EntityTooSmall", "AccessDenied"];

#[derive(Clone, Debug)]
pub struct S3ExportFiles {
    client: Client,
    bucket: String,
}

impl S3ExportFiles {
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// Whether there is the file. Of a missing one S3 says so only to whoever may list.
    async fn is_there(&self, file: &FileKey) -> Result<bool, Unavailable> {
        let look = self.client.list_objects_v2().bucket(&self.bucket).prefix(file.as_str()).max_keys(1);
        let seen = look.send().await.map_err(|error| unavailable(FILES, "look for file", &error))?;
        Ok(seen.contents().iter().any(|object| object.key() == Some(file.as_str())))
    }
}

#[async_trait]
impl ExportFiles for S3ExportFiles {
    async fn begin(&self, file: &FileKey) -> Result<UploadId, Unavailable> {
        let operation = "begin file";
        let request = self.client.create_multipart_upload().bucket(&self.bucket).key(file.as_str());
        let begun = request.content_type(CONTENT_TYPE).content_disposition(AS_A_FILE).send().await;
        let begun = begun.map_err(|error| unavailable(FILES, operation, &error))?;
        begun.upload_id.map(UploadId).ok_or_else(|| unusable(FILES, operation, "the upload has no id"))
    }

    async fn put_part(
        &self,
        file: &FileKey,
        upload: &UploadId,
        number: usize,
        bytes: Bytes,
    ) -> Result<PartTag, FileError> {
        let operation = "put part";
        let request = self.client.upload_part().bucket(&self.bucket).key(file.as_str()).upload_id(&upload.0);
        let request = request.part_number(numbered(number)).body(ByteStream::from(bytes));
        let put = request.send().await.map_err(|error| refusal(operation, &error))?;
        let tag = put.e_tag.map(PartTag);
        tag.ok_or_else(|| FileError::Unavailable(unusable(FILES, operation, "the part has no tag")))
    }

    async fn complete(&self, file: &FileKey, upload: &UploadId, parts: &[PartTag]) -> Result<(), FileError> {
        let part =
            |(at, tag): (usize, &PartTag)| CompletedPart::builder().part_number(numbered(at + 1)).e_tag(&tag.0).build();
        let parts = parts.iter().enumerate().map(part).collect();
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(file.as_str());
        let request = request.upload_id(&upload.0).multipart_upload(whole);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => match refusal("complete file", &error) {
                // The upload is gone because the file was made of it before.
                FileError::Broken if self.is_there(file).await.map_err(FileError::Unavailable)? => Ok(()),
                refusal => Err(refusal),
            },
        }
    }

    async fn abort(&self, file: &FileKey, upload: &UploadId) -> Result<(), Unavailable> {
        let operation = "abort file";
        let request = self.client.abort_multipart_upload().bucket(&self.bucket).key(file.as_str());
        match request.upload_id(&upload.0).send().await {
            Ok(_) => Ok(()),
            Err(error) => match refusal(operation, &error) {
                FileError::Broken => Ok(()),
                FileError::Unavailable(unavailable) => Err(unavailable),
            },
        }
    }

    async fn remove(&self, file: &FileKey) -> Result<(), Unavailable> {
        let request = self.client.delete_object().bucket(&self.bucket).key(file.as_str());
        request.send().await.map_err(|error| unavailable(FILES, "remove file", &error))?;
        Ok(())
    }

    async fn link(&self, file: &FileKey, now: Time) -> Result<SignedLink, Unavailable> {
        let request = self.client.get_object().bucket(&self.bucket).key(file.as_str());
        let request = request.response_content_type(CONTENT_TYPE).response_content_disposition(AS_A_FILE);
        link_to_read(request, FILES, now).await
    }
}

/// More parts than S3 numbers are refused there.
fn numbered(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn refusal<E: ProvideErrorMetadata, R>(operation: &'static str, error: &SdkError<E, R>) -> FileError {
    if BROKEN.contains(&code(error)) {
        tracing::warn!(operation, code = code(error), "an upload is broken");
        return FileError::Broken;
    }
    FileError::Unavailable(unavailable(FILES, operation, error))
}
