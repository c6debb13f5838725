//! The secrets of a data folder: the master key of codes, and the key pair that signs local tokens.

use acredita_domain::{keys::Keyring, ports::Entropy};
use acredita_embedded_aws::private;
use acredita_http::permission::{EVERYTHING, Permission};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

/// Why a secret is not available.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    /// The file is malformed.
    #[error("{0}: not a key of this program; remove it to get a new one")]
    NotAKey(PathBuf),
    /// A token cannot be signed.
    #[error("cannot sign a token")]
    Signing,
}

/// The keyring of the data folder. Made at first use.
pub fn keyring(folder: &Path, entropy: &dyn Entropy) -> Result<Keyring, KeyError> {
    Keyring::new(vec![master_key(folder, entropy)?]).map_err(|_| KeyError::NotAKey(folder.join(MASTER_KEY)))
}

/// The same secret as the text that Secrets Manager would hold for the functions, where any long enough text will do.
pub fn secret_text(folder: &Path, entropy: &dyn Entropy) -> Result<String, KeyError> {
    let newest = BASE64_URL_SAFE_NO_PAD.encode(master_key(folder, entropy)?);
    Ok(json!({ "newest": newest, "older": [] }).to_string())
}

const MASTER_KEY: &str = "master.key";

fn master_key(folder: &Path, entropy: &dyn Entropy) -> Result<[u8; 32], KeyError> {
    let path = folder.join(MASTER_KEY);
    let bytes = read_or_make(&path, || {
        let mut secret = vec![0; 32];
        entropy.fill(&mut secret);
        Ok(secret)
    })?;
    bytes.try_into().map_err(|_| KeyError::NotAKey(path))
}

/// The secret in the link that opens the pages: the same for every start, so that a bookmark and an open page last.
pub fn pages_secret(folder: &Path, entropy: &dyn Entropy) -> Result<String, KeyError> {
    let path = folder.join("pages.key");
    let bytes = read_or_make(&path, || {
        let mut secret = vec![0; 24];
        entropy.fill(&mut secret);
        Ok(BASE64_URL_SAFE_NO_PAD.encode(secret).into_bytes())
    })?;
    String::from_utf8(bytes).map_err(|_| KeyError::NotAKey(path))
}

/// The issuer and the audience of local tokens.
pub const ISSUER: &str = "acredita-local";
pub const AUDIENCE: &str = "acredita";

/// The key pair that signs local tokens (ES256).
pub struct TokenSigner {
    pkcs8: Vec<u8>,
    pair: EcdsaKeyPair,
}

impl TokenSigner {
    /// The key pair of the data folder. Made at first use.
    pub fn of(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join("token-signing.key");
        let pkcs8 = read_or_make(&path, || {
            let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(|_| KeyError::Signing)?;
            Ok(pair.as_ref().to_vec())
        })?;
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).map_err(|_| KeyError::NotAKey(path))?;
        Ok(Self { pkcs8, pair })
    }

    /// The public half as a JWKS (RFC 7517, RFC 7518 §6.2).
    pub fn jwks(&self) -> Value {
        // An uncompressed point: 0x04, x, y (SEC 1 §2.3.3).
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let text = |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid(), "x": text(x), "y": text(y) }] })
    }

    /// Derived from the key, so that another folder's key has another `kid`.
    fn kid(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.pair.public_key().as_ref()[1..13])
    }

    /// A token for an organisation.
    pub fn token(&self, grant: &Grant, now: acredita_domain::Time) -> Result<String, KeyError> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid());
        let claims = json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "local",
            "iat": now.timestamp(),
            "exp": (now + grant.ttl).timestamp(),
            "tenants_translation": [{ "tenant_id": "1", "org": grant.org }],
            "permissions": grant.permissions,
            "scope": grant.scope,
        });
        encode(&header, &claims, &EncodingKey::from_ec_der(&self.pkcs8)).map_err(|_| KeyError::Signing)
    }
}

/// The claims of a token.
pub struct Grant {
    pub org: String,
    /// Space-separated permissions.
    pub permissions: String,
    /// Space-separated scopes.
    pub scope: String,
    /// How long it is good.
    pub ttl: TimeDelta,
}

/// The organisation of the token that `serve` prints.
pub const READY_ORG: &str = "demo";

/// What the token that `serve` prints says: everything, and what is granted by name only, for a working day and a bit.
pub fn ready_grant() -> Grant {
    let by_name = Permission::ALL.iter().filter(|permission| !permission.is_in_everything());
    let by_name: Vec<&str> = by_name.map(|permission| permission.as_str()).collect();
    Grant {
        org: READY_ORG.to_owned(),
        permissions: by_name.join(" "),
        scope: EVERYTHING.to_owned(),
        ttl: TimeDelta::hours(12),
    }
}

/// Reads a secret file or makes it: readable by its owner only, even if it was copied here, and complete before it gets
/// its name.
pub(crate) fn read_or_make(path: &Path, make: impl FnOnce() -> Result<Vec<u8>, KeyError>) -> Result<Vec<u8>, KeyError> {
    let file = |source| KeyError::File { path: path.to_owned(), source };
    private::close(path).map_err(file)?;
    match fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let bytes = make()?;
            let unfinished = path.with_extension(format!("{}.new", std::process::id()));
            write_private(&unfinished, &bytes).map_err(file)?;
            // Linking fails if another process was first: then its secret counts.
            let linked = fs::hard_link(&unfinished, path);
            fs::remove_file(&unfinished).map_err(file)?;
            match linked {
                Ok(()) => Ok(bytes),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(path).map_err(file),
                Err(error) => Err(file(error)),
            }
        }
        Err(error) => Err(file(error)),
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_that_others_could_read_is_closed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("secret");
        let read = |made: &str| read_or_make(&file, || Ok(made.as_bytes().to_vec())).expect("a secret");
        assert_eq!(read("first"), b"first");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("set");
        assert_eq!(read("second"), b"first");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    }
}
