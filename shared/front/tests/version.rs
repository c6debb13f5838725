//! The version names the networks that the crate carries.

use sha2::{Digest, Sha256};

#[test]
fn the_version_names_the_networks() {
    let networks: [&[u8]; 3] = [
        include_bytes!("../models/detector.onnx"),
        include_bytes!("../models/recogniser.onnx"),
        include_bytes!("../models/face.onnx"),
    ];
    let beginnings = networks
        .map(|network| Sha256::digest(network).iter().take(4).map(|byte| format!("{byte:02x}")).collect::<String>());
    let named = acredita_front::VERSION.rsplit('.').take(3).collect::<Vec<_>>();
    assert_eq!(named, beginnings.iter().rev().collect::<Vec<_>>());
}
