//! Where the stand-ins keep their data: a locked folder, or memory plus a temporary folder for S3.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{StartError, Storage};

/// The storage of the data, held for as long as this value lives.
pub(crate) enum Home {
    Folder {
        root: PathBuf,
        /// Locked while open. The operating system releases it when the process dies, however it dies.
        _lock: File,
    },
    Memory {
        objects: TempDir,
    },
}

impl Home {
    pub(crate) fn open(storage: Storage) -> Result<Self, StartError> {
        match storage {
            Storage::Folder(folder) => Self::open_folder(&folder),
            Storage::Memory => tempfile::Builder::new()
                .prefix("acredita-s3-")
                .tempdir()
                .map(|objects| Self::Memory { objects })
                .map_err(|source| StartError::Folder { folder: std::env::temp_dir(), source }),
        }
    }

    fn open_folder(folder: &Path) -> Result<Self, StartError> {
        let failed = |source| StartError::Folder { folder: folder.to_owned(), source };
        create_private_dir(folder).map_err(failed)?;
        // Absolute, because SQLite reads a relative name that looks like a URI as one.
        let root = folder.canonicalize().map_err(failed)?;
        let lock = File::create(root.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StartError::FolderInUse { folder: folder.to_owned() },
            TryLockError::Error(source) => failed(source),
        })?;
        create_private_dir(&root.join("s3")).map_err(failed)?;
        Ok(Self::Folder { root, _lock: lock })
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
            Self::Memory { objects } => objects.path().to_owned(),
        }
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        match self {
            Self::Folder { root, .. } => Some(root.join(name)),
            Self::Memory { .. } => None,
        }
    }
}

/// Keeps other accounts of the machine out: the documents and codes of people who try the product lie here.
#[cfg(unix)]
fn create_private_dir(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private_dir(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
