//! The program: one line of JSON a file, whatever is in it.

use acredita_seals::{Draft, Header, Reference};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use rcgen::{CertificateParams, KeyPair, SerialNumber, date_time_ymd};
use serde_json::Value;
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

/// The program's lines, in the order of the files.
fn run(folder: &Path, files: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_acredita-seal"))
        .args(["verify", "--certificates"])
        .arg(folder.join("certificates"))
        .args(files)
        .current_dir(folder)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).expect("text");
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// A folder with a certificate, and a code for each number of minutes that it is still valid.
fn folder(minutes: &[i64]) -> (TempDir, Vec<Vec<u8>>) {
    let key = KeyPair::generate().expect("a key");
    let mut parameters = CertificateParams::default();
    parameters.serial_number = Some(SerialNumber::from_slice(&[0x0A, 0xBC]));
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(2099, 1, 1);
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("certificates")).expect("a folder");
    let certificate = parameters.self_signed(&key).expect("a certificate");
    fs::write(folder.path().join("certificates/ABC.pem"), certificate.pem()).expect("written");
    fs::write(folder.path().join("certificates/README.md"), "None of them is real.").expect("written");
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.serialized_der()).expect("a key");
    (folder, minutes.iter().map(|minutes| code(&key, *minutes)).collect())
}

#[expect(clippy::disallowed_methods, reason = "the program's clock is that of the machine")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn code(key: &EcdsaKeyPair, minutes: i64) -> Vec<u8> {
    let until = (now() + TimeDelta::minutes(minutes)).format("%d-%m-%Y %H:%M:%S").to_string();
    let day = now().date_naive();
    let header = Header {
        country: "ES".into(),
        signer: "ESPN".into(),
        reference: Reference::from_hex("ABC").expect("a number"),
        issued: day,
        signed: day,
        definition: 9,
        category: 9,
    };
    let features = vec![(0x40, b"99999990S".to_vec()), (0x70, vec![1]), (0x80, until.into_bytes())];
    let bytes = Draft { header, features }.to_sign().expect("it can be written");
    let signature = key.sign(&SystemRandom::new(), &bytes).expect("a signature");
    Draft::seal(bytes, signature.as_ref()).expect("it can be written")
}

#[test]
fn a_file_holds_bytes_or_base64() {
    let (folder, codes) = folder(&[3]);
    let code = &codes[0];
    fs::write(folder.path().join("bytes"), code).expect("written");
    let text = BASE64_STANDARD.encode(code);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).expect("text")).collect();
    fs::write(folder.path().join("text"), lines.join("\r\n") + "\n").expect("written");
    fs::write(folder.path().join("text_of_addresses"), BASE64_URL_SAFE_NO_PAD.encode(code)).expect("written");
    let files = ["bytes", "text", "text_of_addresses"];
    for (line, file) in run(folder.path(), &files).iter().zip(files) {
        assert_eq!(line["file"], file);
        assert_eq!(
            (&line["signature"], &line["current"], &line["refusal"]),
            (&"VALID".into(), &true.into(), &Value::Null)
        );
        assert_eq!((&line["kind"], &line["of_age"]), (&"AGE".into(), &true.into()));
        assert_eq!((&line["document_number"], &line["certificate"]), (&"99999990S".into(), &"ABC".into()));
    }
}

#[test]
fn each_refusal_has_its_word() {
    let (folder, codes) = folder(&[3, -3]);
    let (_, foreign) = self::folder(&[3]);
    let signature = codes[0].len() - 1;
    let mut forged = codes[0].clone();
    forged[signature] ^= 1;
    let unknown = codes[0].clone();
    for (file, content) in [
        ("outdated", &codes[1]),
        ("foreign", &foreign[0]),
        ("forged", &forged),
        ("cut", &codes[0][..100].to_vec()),
        ("empty", &vec![]),
        ("prose", &b"Not a code".to_vec()),
    ] {
        fs::write(folder.path().join(file), content).expect("written");
    }
    let lines = run(folder.path(), &["outdated", "foreign", "forged", "cut", "empty", "prose", "nowhere"]);
    let found: Vec<_> = lines.iter().map(|line| (line["signature"].as_str(), line["refusal"].as_str())).collect();
    assert_eq!(
        found,
        [
            (Some("VALID"), Some("OUTDATED")),
            (Some("INVALID"), Some("SIGNATURE_INVALID")),
            (Some("INVALID"), Some("SIGNATURE_INVALID")),
            (Some("NOT_A_SEAL"), Some("NOT_A_SEAL")),
            (Some("NOT_A_SEAL"), Some("NOT_A_SEAL")),
            (Some("NOT_A_SEAL"), Some("NOT_A_SEAL")),
            (Some("NOT_READ"), None),
        ]
    );
    assert!(lines.iter().all(|line| line["current"] == false));
    fs::remove_file(folder.path().join("certificates/ABC.pem")).expect("removed");
    fs::write(folder.path().join("unknown"), unknown).expect("written");
    assert_eq!(run(folder.path(), &["unknown"])[0]["signature"], "UNKNOWN_SIGNER");
}

#[test]
fn wrong_usage_is_the_only_failure() {
    let (folder, _) = folder(&[]);
    for arguments in [
        &[][..],
        &["verify"],
        &["verify", "--certificates", "certificates"],
        &["verify", "--certificates", "nowhere", "x"],
    ] {
        let program = env!("CARGO_BIN_EXE_acredita-seal");
        let status =
            Command::new(program).args(arguments).current_dir(folder.path()).output().expect("it starts").status;
        assert_eq!(status.code(), Some(2), "{arguments:?}");
    }
}
