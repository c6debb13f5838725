//! The key pair that the stand-ins accept.

use std::fs;
use std::io;
use std::path::Path;

use crate::private;

/// A key pair, made at random for a data folder. It opens people's documents, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The public half, named in every signature.
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl Credentials {
    pub(crate) fn generate() -> io::Result<Self> {
        let id = random::<8>()?;
        Ok(Self { access_key_id: format!("LOCAL{}", id.to_uppercase()), secret_access_key: random::<24>()? })
    }

    /// Those of a file, which is closed to other accounts. Made at first use.
    pub(crate) fn of(file: &Path) -> io::Result<Self> {
        private::close(file)?;
        match fs::read_to_string(file) {
            Ok(text) => Self::read(&text).ok_or_else(|| {
                io::Error::other(format!("{} holds no key pair; remove it to get a new one", file.display()))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = Self::generate()?;
                private::write(file, format!("{}\n{}\n", made.access_key_id, made.secret_access_key).as_bytes())?;
                Ok(made)
            }
            Err(error) => Err(error),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (id, secret) = text.trim_end().split_once('\n')?;
        let good = |half: &str| half.len() >= 16 && half.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (good(id) && good(secret)).then(|| Self { access_key_id: id.to_owned(), secret_access_key: secret.to_owned() })
    }
}

/// So many random bytes in hexadecimal digits.
fn random<const BYTES: usize>() -> io::Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_has_a_pair_of_its_own_and_keeps_it() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let pair = |folder: &tempfile::TempDir| Credentials::of(&folder.path().join("keys")).unwrap();
        let first = pair(&folder);
        assert!(first.secret_access_key.len() == 48 && first.access_key_id.len() == 21);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = folder.path().join("keys");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
            assert!(pair(&folder) == first);
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(pair(&folder) == first);
        assert!(pair(&other).secret_access_key != first.secret_access_key);
        fs::write(folder.path().join("keys"), "broken").unwrap();
        assert!(Credentials::of(&folder.path().join("keys")).is_err());
    }
}
