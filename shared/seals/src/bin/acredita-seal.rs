//! Verifies codes of MiDNI in files: `acredita-seal verify --certificates FOLDER FILE…`.
//!
//! A file holds the bytes of a code, base64 of them, or a picture of the code. One line of JSON a file; the exit code is
//! 0 whatever the files hold, and 2 for wrong usage or certificates that cannot be read.

use acredita_seals::{
    Certificates, Refusal,
    midni::{self, Card},
    picture,
};
use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Value, json};
use std::{
    env,
    error::Error,
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

const USAGE: &str = "acredita-seal verify --certificates FOLDER FILE…";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ["verify", "--certificates", folder, files @ ..] = arguments.as_slice() else {
        return wrong(USAGE);
    };
    if files.is_empty() {
        return wrong(USAGE);
    }
    let certificates = match certificates(Path::new(folder)) {
        Ok(certificates) => certificates,
        Err(error) => return wrong(&format!("{folder}: {error}")),
    };
    let mut output = io::stdout().lock();
    for file in files {
        let line = match fs::read(file) {
            Ok(content) => line(file, verify(&content, &certificates)),
            Err(error) => {
                json!({ "file": file, "signature": "NOT_READ", "current": false, "error": error.to_string() })
            }
        };
        // Nobody reads on.
        if writeln!(output, "{line}").is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

fn wrong(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::from(2)
}

/// All certificates of a folder. Other files in it are passed over.
fn certificates(folder: &Path) -> Result<Certificates, Box<dyn Error>> {
    let mut certificates = Certificates::default();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if ["pem", "crt", "cer", "der"].contains(&extension.to_ascii_lowercase().as_str()) {
            certificates.add(&fs::read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(certificates)
}

fn verify(content: &[u8], certificates: &Certificates) -> Result<Card, Refusal> {
    let decoded = base64(content);
    let content = decoded.as_deref().unwrap_or(content);
    if picture::is_picture(content) {
        return midni::read(&midni::read_picture(content)?)?.verify(certificates);
    }
    midni::read(content)?.verify(certificates)
}

/// The bytes of a text in base64, of either alphabet, with or without padding and line ends.
fn base64(content: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = content.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let padding = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [&STANDARD, &URL_SAFE].into_iter().find_map(|alphabet| GeneralPurpose::new(alphabet, padding).decode(&text).ok())
}

fn line(file: &str, result: Result<Card, Refusal>) -> Value {
    let card = match result {
        Ok(card) => card,
        Err(refusal) => {
            let signature = match refusal {
                Refusal::NotASeal(_) | Refusal::NotRead | Refusal::UnknownSigner => refusal.code(),
                Refusal::SignatureInvalid | Refusal::CertificateNotValid(_) | Refusal::Outdated => "INVALID",
            };
            let (refusal, reason) = (refusal.code(), refusal.to_string());
            return json!({
                "file": file, "signature": signature, "current": false, "refusal": refusal, "reason": reason,
            });
        }
    };
    let outdated = card.check_time(now()).err();
    json!({
        "file": file,
        "signature": "VALID",
        "current": outdated.is_none(),
        "refusal": outdated.map(Refusal::code),
        "kind": card.kind.as_str(),
        "valid_until": card.valid_until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "document_number": card.document_number,
        "name": card.names,
        "last_name": card.surnames,
        "birth_date": card.birth_date.map(|day| day.to_string()),
        "sex": card.sex,
        "expiry_date": card.expiry_date.map(|day| day.to_string()),
        "support_number": card.support_number,
        "of_age": card.of_age,
        "certificate": card.certificate.as_str(),
    })
}

#[expect(clippy::disallowed_methods, reason = "a program is where time comes from")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}
