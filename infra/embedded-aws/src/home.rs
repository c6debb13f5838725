//! Where the stand-ins keep their data: a locked folder, or memory plus a temporary folder for S3.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{Credentials, StartError, Storage, private};

/// What older versions left readable for others: with what SQLite keeps next to its files.
const OURS: [&str; 8] = [
    "lock",
    "s3",
    "dynamodb.sqlite",
    "dynamodb.sqlite-wal",
    "dynamodb.sqlite-shm",
    "sqs.sqlite",
    "sqs.sqlite-wal",
    "sqs.sqlite-shm",
];

/// The storage of the data, held for as long as this value lives.
pub(crate) enum Home {
    Folder {
        root: PathBuf,
        credentials: Credentials,
        /// Locked while open. The operating system releases it when the process dies, however it dies.
        _lock: File,
    },
    Memory {
        objects: TempDir,
        credentials: Credentials,
    },
}

impl Home {
    pub(crate) fn open(storage: Storage) -> Result<Self, StartError> {
        match storage {
            Storage::Folder(folder) => Self::open_folder(&folder),
            Storage::Memory => {
                let failed = |source| StartError::Folder { folder: std::env::temp_dir(), source };
                let objects = tempfile::Builder::new().prefix("acredita-s3-").tempdir().map_err(failed)?;
                Ok(Self::Memory { objects, credentials: Credentials::generate().map_err(failed)? })
            }
        }
    }

    fn open_folder(folder: &Path) -> Result<Self, StartError> {
        let failed = |source| StartError::Folder { folder: folder.to_owned(), source };
        private::folder(folder).map_err(failed)?;
        // Absolute, because SQLite reads a relative name that looks like a URI as one.
        let root = folder.canonicalize().map_err(failed)?;
        let lock = private::make(&root.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StartError::FolderInUse { folder: folder.to_owned() },
            TryLockError::Error(source) => failed(source),
        })?;
        private::folder(&root.join("s3")).map_err(failed)?;
        OURS.iter().try_for_each(|name| private::close(&root.join(name))).map_err(failed)?;
        let credentials = Credentials::of(&root.join("aws-credentials")).map_err(failed)?;
        Ok(Self::Folder { root, credentials, _lock: lock })
    }

    /// The key pair that the stand-ins accept.
    pub(crate) fn credentials(&self) -> &Credentials {
        match self {
            Self::Folder { credentials, .. } | Self::Memory { credentials, .. } => credentials,
        }
    }

    /// The DynamoDB database file; `None` is in memory.
    pub(crate) fn dynamodb_file(&self) -> Option<PathBuf> {
        self.file("dynamodb.sqlite")
    }

    /// The SQS database file; `None` is in memory.
    pub(crate) fn sqs_file(&self) -> Option<PathBuf> {
        self.file("sqs.sqlite")
    }

    /// The folder of the buckets. It exists.
    pub(crate) fn s3_folder(&self) -> PathBuf {
        match self {
            Self::Folder { root, .. } => root.join("s3"),
            Self::Memory { objects, .. } => objects.path().to_owned(),
        }
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        match self {
            Self::Folder { root, .. } => Some(root.join(name)),
            Self::Memory { .. } => None,
        }
    }
}
