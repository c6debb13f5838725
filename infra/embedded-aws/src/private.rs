//! Files and folders that other accounts of the machine cannot read: the documents and codes of people who try the
//! product lie here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The sticky bit, which folders such as `/tmp` have.
#[cfg(unix)]
const EVERYBODY_S: u32 = 0o1000;

/// Makes a folder, with the missing ones above it, for this account only. An existing one is closed to others.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions()) & EVERYBODY_S != 0 {
        return Err(io::Error::other("everybody may use this folder; take one inside it"));
    }
    take_from_others(path)
}

/// Writes a file that only this account can read. It has its content, or none of that name.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file = open(OpenOptions::new().write(true).create(true).truncate(true), &unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

/// Makes an empty file if there is none. SQLite gives the files next to its database the same mode.
pub(crate) fn make(path: &Path) -> io::Result<File> {
    open(OpenOptions::new().append(true).create(true), path)
}

fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

/// Closes a file, or a folder with everything in it, to others. Does nothing if it is missing, and follows no links.
pub fn close(path: &Path) -> io::Result<()> {
    let kind = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?.file_type(),
    };
    if !kind.is_symlink() {
        take_from_others(path)?;
    }
    if kind.is_dir() {
        for entry in fs::read_dir(path)? {
            close(&entry?.path())?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn take_from_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700)) }
}

#[cfg(not(unix))]
fn take_from_others(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o777
    }

    fn open_to_all(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    }

    #[test]
    fn what_others_could_read_is_closed_with_everything_in_it() {
        let place = tempfile::tempdir().unwrap();
        let (s3, outside) = (place.path().join("s3"), place.path().join("outside"));
        fs::create_dir_all(s3.join("bucket")).unwrap();
        let picture = s3.join("bucket/picture");
        for file in [&picture, &outside] {
            fs::write(file, "").unwrap();
            open_to_all(file, 0o644);
        }
        symlink(&outside, s3.join("link")).unwrap();
        for path in [s3.clone(), s3.join("bucket")] {
            open_to_all(&path, 0o755);
        }
        close(&s3).unwrap();
        assert_eq!([mode(&s3), mode(&s3.join("bucket")), mode(&picture)], [0o700, 0o700, 0o600]);
        assert_eq!(mode(&outside), 0o644, "a link leads out of the folder");
        close(&place.path().join("missing")).unwrap();
    }

    #[test]
    fn a_folder_is_closed_and_what_else_lies_in_it_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let other = place.path().join("somebody-s");
        fs::write(&other, "").unwrap();
        open_to_all(&other, 0o644);
        open_to_all(place.path(), 0o755);
        folder(place.path()).unwrap();
        assert_eq!([mode(place.path()), mode(&other)], [0o700, 0o644]);
        open_to_all(place.path(), 0o1777);
        assert!(folder(place.path()).is_err(), "everybody's folder");
    }

    #[test]
    fn what_is_made_is_private_from_the_start() {
        let place = tempfile::tempdir().unwrap();
        let inside = place.path().join("not/yet");
        folder(&inside).unwrap();
        write(&inside.join("a"), b"a").unwrap();
        make(&inside.join("b")).unwrap();
        assert_eq!([mode(&inside), mode(&inside.join("a")), mode(&inside.join("b"))], [0o700, 0o600, 0o600]);
    }
}
