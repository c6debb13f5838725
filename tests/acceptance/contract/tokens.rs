//! §3: which tokens are good: form, header, signature and key. What they say is in `claims`, what they open in `roles`.

use super::operations::{OPERATIONS, Requests};
use acceptance::{
    Answer, Call, NOBODY, ORG, OTHER_ORG, World,
    tokens::{ISSUER, Issuer, KID, claims, sign_texts},
};
use acredita_http::jwt::TokenPolicy;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

pub const METADATA: &str = "/identifications/agent/00000000-0000-4000-8000-000000000000";

/// Requires the one answer that every invalid token gets.
#[track_caller]
pub fn refused(answer: Answer, what: &str) {
    unauthorized(answer, 401, r#"Bearer error="invalid_token""#, what);
}

/// Requires the answer to a request that carries no token at all.
#[track_caller]
fn not_authenticated(answer: Answer, what: &str) {
    unauthorized(answer, 401, "Bearer", what);
}

#[track_caller]
pub fn unauthorized(answer: Answer, status: u16, challenge: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.json());
    assert_eq!(answer.headers["www-authenticate"], challenge, "{what}");
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    assert_eq!(errors.len(), 1, "{what}");
    assert_eq!(
        (errors[0]["code"].as_str(), errors[0]["title"].as_str()),
        (Some("MDOC_002"), Some("UNAUTHORIZED")),
        "{what}"
    );
}

/// Reads an identification that does not exist: 404 means that the token was accepted.
pub async fn read_with(world: &World, token: &str) -> Answer {
    world.send(Call::org("GET", ORG, METADATA).token(token)).await
}

/// The public half of the issuer's key in DER (RFC 5280 §4.1), which a forger can have.
fn public_key_der(jwks: &Value) -> Vec<u8> {
    let element = |tag: u8, content: &[u8]| {
        let length = content.len();
        let length = if length < 128 { vec![length as u8] } else { vec![0x82, (length >> 8) as u8, length as u8] };
        [&[tag], &length[..], content].concat()
    };
    let integer = |name: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(jwks["keys"][0][name].as_str().expect("a member")).expect("base64");
        let positive = if bytes[0] < 128 { bytes } else { [&[0], &bytes[..]].concat() };
        element(2, &positive)
    };
    let key = element(0x30, &[integer("n"), integer("e")].concat());
    let rsa_encryption = [0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0];
    element(0x30, &[&rsa_encryption[..], &element(3, &[&[0], &key[..]].concat())].concat())
}

fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

fn header(algorithm: Algorithm, kid: Option<&str>) -> Header {
    let mut header = Header::new(algorithm);
    header.kid = kid.map(str::to_owned);
    header
}

/// Tokens that anybody but the issuer could make, or that the issuer made for another time.
fn bad_tokens(world: &World) -> Vec<(&'static str, String)> {
    let good = claims(ORG, world.in_almost_thirty_days());
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        ISSUER.sign(&claims)
    };
    let mut timeless = good.clone();
    timeless.as_object_mut().expect("an object").remove("exp");
    let now = world.app.now().timestamp();
    let hmac = |secret: &[u8]| {
        encode(&header(Algorithm::HS256, Some(KID)), &good, &EncodingKey::from_secret(secret)).expect("a token")
    };
    let der = public_key_der(&ISSUER.jwks);
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = |alg: &str| format!("{}.{}.", part(&json!({ "alg": alg, "typ": "JWT", "kid": KID })), part(&good));
    let signed = ISSUER.sign(&good);
    let [head, body, signature] = signed.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let other_body = part(&claims(OTHER_ORG, world.in_almost_thirty_days()));
    vec![
        ("not a token", "not-a-token".to_owned()),
        ("three dots", "a.b.c".to_owned()),
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("no signature", format!("{head}.{body}.")),
        ("no third part", format!("{head}.{body}")),
        ("other claims under a signature", format!("{head}.{other_body}.{signature}")),
        (
            "another header under a signature",
            format!("{}.{body}.{signature}", part(&json!({ "alg": "RS256", "kid": KID, "x": 1 }))),
        ),
        ("HS256 with the public key in PEM", hmac(pem(&der).as_bytes())),
        ("HS256 with the public key in DER", hmac(&der)),
        ("HS256 with the modulus", hmac(ISSUER.jwks["keys"][0]["n"].as_str().expect("a member").as_bytes())),
        ("HS256 with nothing", hmac(b"")),
        ("RS384 with the right key", ISSUER.sign_as(&header(Algorithm::RS384, Some(KID)), &good)),
        ("PS256 with the right key", ISSUER.sign_as(&header(Algorithm::PS256, Some(KID)), &good)),
        ("another kid", ISSUER.sign_as(&header(Algorithm::RS256, Some("another-key")), &good)),
        ("an empty kid", ISSUER.sign_as(&header(Algorithm::RS256, Some("")), &good)),
        ("the key of another issuer", Issuer::generate().sign(&good)),
        ("the key of another issuer, no kid", Issuer::generate().sign_as(&header(Algorithm::RS256, None), &good)),
        ("expired a second ago", with("exp", json!(now - 1))),
        ("expires now", with("exp", json!(now))),
        ("no exp", ISSUER.sign(&timeless)),
        ("exp is text", with("exp", json!("4000000000"))),
        ("exp is null", with("exp", Value::Null)),
        ("not before the next minute is over", with("nbf", json!(now + 61))),
        ("nbf is text", with("nbf", json!("0"))),
    ]
}

#[tokio::test]
async fn no_operation_answers_without_a_good_token() {
    let world = World::start().await;
    let tokens = bad_tokens(&world);
    for operation in OPERATIONS {
        not_authenticated(world.send(operation.call(ORG, NOBODY)).await, operation.name);
        for (what, token) in &tokens {
            let call = operation.call(ORG, NOBODY).token(token);
            refused(world.send(call).await, &format!("{} with {what}", operation.name));
        }
    }
}

#[tokio::test]
async fn only_one_bearer_header_carries_a_token() {
    let world = World::start().await;
    let good = world.token(ORG);
    let send = async |value: &str| world.send(Call::org("GET", ORG, METADATA).header("authorization", value)).await;
    for value in ["Bearer", "Bearer ", &format!("Bearer {good} {good}"), "Bearer \u{e9}"] {
        refused(send(value).await, value);
    }
    for value in ["", &good, &format!("Basic {good}"), &format!("Token {good}"), &format!("Bearer{good}")] {
        not_authenticated(send(value).await, value);
    }
    let twice = Call::org("GET", ORG, METADATA).token(&good).token(&good);
    refused(world.send(twice).await, "two headers");
    for place in [format!("{METADATA}?access_token={good}"), format!("{METADATA}?token={good}")] {
        not_authenticated(world.send(Call::org("GET", ORG, &place)).await, "in the query");
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let call = Call::org("GET", ORG, METADATA).header("authorization", format!("{scheme} {good}"));
        world.send(call).await.expect(404);
    }
}

#[tokio::test]
async fn no_cache_keeps_an_answer() {
    let world = World::start().await;
    let token = world.token(ORG);
    let mut answers = Vec::new();
    for operation in OPERATIONS {
        answers.push((operation.name, world.send(operation.call(ORG, NOBODY)).await));
        answers.push((operation.name, world.send(operation.call(ORG, NOBODY).token(&token)).await));
        answers.push((operation.name, world.send(operation.call(ORG, "17").token(&token)).await));
    }
    for (method, path) in
        [("GET", "/v1/orgs/yoigo/nothing"), ("GET", "/v1"), ("PUT", "/v1/orgs/yoigo/identifications/otp")]
    {
        answers.push((path, world.send(Call::new(method, path)).await));
    }
    for (what, answer) in answers {
        assert_eq!(answer.headers.get("cache-control").map(|value| value.as_bytes()), Some(&b"no-store"[..]), "{what}");
    }
}

/// Signs good claims under a header with these further members.
fn with_header(world: &World, members: &str) -> String {
    let header = format!(r#"{{"alg":"RS256","kid":"{KID}"{members}}}"#);
    ISSUER.sign_texts(&header, &claims(ORG, world.in_almost_thirty_days()).to_string())
}

#[tokio::test]
async fn only_access_tokens_are_taken() {
    let world = World::start().await;
    for members in [
        "",
        r#","typ":"JWT""#,
        r#","typ":"jwt""#,
        r#","typ":"at+jwt""#,
        r#","typ":"AT+JWT""#,
        r#","typ":"application/at+jwt""#,
        r#","typ":"Application/JWT""#,
    ] {
        read_with(&world, &with_header(&world, members)).await.expect(404);
    }
    for typ in [
        r#""logout+jwt""#,
        r#""dpop+jwt""#,
        r#""id+jwt""#,
        r#""JOSE""#,
        r#""""#,
        r#""application/""#,
        r#""application/application/jwt""#,
        r#"" JWT""#,
        r#""text/jwt""#,
        "null",
        "1",
        r#"["JWT"]"#,
    ] {
        refused(read_with(&world, &with_header(&world, &format!(r#","typ":{typ}"#))).await, typ);
    }
}

#[tokio::test]
async fn what_has_to_be_understood_is_refused_whatever_it_is() {
    let world = World::start().await;
    for crit in
        ["[]", "null", r#"["exp2"]"#, r#"["http://example.test/x"]"#, r#"["b64"]"#, r#"["alg"]"#, r#""exp""#, "{}"]
    {
        refused(read_with(&world, &with_header(&world, &format!(r#","crit":{crit}"#))).await, crit);
    }
    read_with(&world, &with_header(&world, r#","x":{"crit":["y"]}"#)).await.expect(404);
}

#[tokio::test]
async fn a_header_that_parsers_read_differently_is_refused() {
    let world = World::start().await;
    for members in [r#","alg":"RS256""#, r#","kid":"another""#, r#","x":{"y":1,"y":1}"#, r#","\u0061lg":"none""#] {
        refused(read_with(&world, &with_header(&world, members)).await, members);
    }
    let good = claims(ORG, world.in_almost_thirty_days()).to_string();
    for header in [r#"{"alg":"RS256","kid":1}"#, r#"{"alg":["RS256"]}"#, r#"{"typ":"JWT"}"#, "[]", "RS256", ""] {
        refused(read_with(&world, &ISSUER.sign_texts(header, &good)).await, header);
    }
}

/// Keys of all three types, and what each signs.
struct Keys {
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

impl Keys {
    fn generate() -> Self {
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        Self { ec, ed: Ed25519KeyPair::generate().expect("a key") }
    }

    fn jwks(&self) -> [Value; 3] {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let point = self.ec.public_key().as_ref();
        [
            ISSUER.jwks["keys"][0].clone(),
            json!({ "kty": "EC", "crv": "P-256", "kid": "ec", "x": text(&point[1..33]), "y": text(&point[33..]) }),
            json!({ "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": text(self.ed.public_key().as_ref()) }),
        ]
    }

    fn ec_key(&self) -> EncodingKey {
        EncodingKey::from_ec_der(self.ec.to_pkcs8v1().expect("PKCS #8").as_ref())
    }

    fn ed_key(&self) -> EncodingKey {
        EncodingKey::from_ed_der(self.ed.to_pkcs8v1().expect("PKCS #8").as_ref())
    }
}

#[tokio::test]
async fn es256_and_eddsa_are_taken_and_each_key_only_signs_its_own_algorithm() {
    let mut world = World::start().await;
    let keys = Keys::generate();
    world.trust(&json!({ "keys": keys.jwks() }), TokenPolicy::default());
    let good = claims(ORG, world.in_almost_thirty_days());
    let (ec_key, ed_key, point) = (keys.ec_key(), keys.ed_key(), keys.ec.public_key().as_ref());
    let sign = |algorithm, kid, key: &EncodingKey| encode(&header(algorithm, kid), &good, key).expect("a token");
    for token in [
        sign(Algorithm::ES256, Some("ec"), &ec_key),
        sign(Algorithm::EdDSA, Some("ed"), &ed_key),
        sign_texts(r#"{"alg":"Ed25519","kid":"ed"}"#, &good.to_string(), &ed_key, Algorithm::EdDSA),
        world.token(ORG),
    ] {
        read_with(&world, &token).await.expect(404);
    }
    for (what, token) in [
        ("ES256 under the kid of the RSA key", sign(Algorithm::ES256, Some(KID), &ec_key)),
        ("EdDSA under the kid of the EC key", sign(Algorithm::EdDSA, Some("ec"), &ed_key)),
        ("HS256 with the EC point", sign(Algorithm::HS256, Some("ec"), &EncodingKey::from_secret(point))),
        (
            "another curve's name",
            sign_texts(r#"{"alg":"Ed448","kid":"ed"}"#, &good.to_string(), &ed_key, Algorithm::EdDSA),
        ),
        (
            "the name of another key's algorithm",
            sign_texts(r#"{"alg":"ES256","kid":"ed"}"#, &good.to_string(), &ed_key, Algorithm::EdDSA),
        ),
    ] {
        refused(read_with(&world, &token).await, what);
    }
}

#[tokio::test]
async fn a_key_may_call_eddsa_by_either_name_and_no_other() {
    let mut world = World::start().await;
    let keys = Keys::generate();
    let good = claims(ORG, world.in_almost_thirty_days()).to_string();
    for (says, taken) in
        [(json!("EdDSA"), true), (json!("Ed25519"), true), (json!("Ed448"), false), (json!("ES256"), false)]
    {
        let [rsa, _, mut ed] = keys.jwks();
        ed["alg"] = says.clone();
        world.trust(&json!({ "keys": [rsa, ed] }), TokenPolicy::default());
        for alg in ["EdDSA", "Ed25519"] {
            let header = format!(r#"{{"alg":"{alg}","kid":"ed"}}"#);
            let answer = read_with(&world, &sign_texts(&header, &good, &keys.ed_key(), Algorithm::EdDSA)).await;
            if taken {
                answer.expect(404);
            } else {
                refused(answer, &format!("{alg} by a key for {says}"));
            }
        }
    }
}

#[tokio::test]
async fn one_kid_on_several_keys_means_the_one_that_fits_the_algorithm() {
    let mut world = World::start().await;
    let keys = Keys::generate();
    let mut set = keys.jwks();
    set.iter_mut().for_each(|key| key["kid"] = json!("one"));
    let good = claims(ORG, world.in_almost_thirty_days());
    for backwards in [false, true] {
        if backwards {
            set.reverse();
        }
        world.trust(&json!({ "keys": set }), TokenPolicy::default());
        for (algorithm, key) in [(Algorithm::ES256, keys.ec_key()), (Algorithm::EdDSA, keys.ed_key())] {
            let token = encode(&header(algorithm, Some("one")), &good, &key).expect("a token");
            read_with(&world, &token).await.expect(404);
        }
        read_with(&world, &ISSUER.sign_as(&header(Algorithm::RS256, Some("one")), &good)).await.expect(404);
    }
}

#[tokio::test]
async fn without_a_kid_a_token_can_only_mean_the_one_key_of_its_algorithm() {
    let mut world = World::start().await;
    let good = claims(ORG, world.in_almost_thirty_days());
    let rsa = ISSUER.sign_as(&header(Algorithm::RS256, None), &good);
    read_with(&world, &rsa).await.expect(404);

    let keys = Keys::generate();
    world.trust(&json!({ "keys": keys.jwks() }), TokenPolicy::default());
    let ec = encode(&header(Algorithm::ES256, None), &good, &keys.ec_key()).expect("a token");
    let ed = encode(&header(Algorithm::EdDSA, None), &good, &keys.ed_key()).expect("a token");
    for token in [&rsa, &ec, &ed] {
        read_with(&world, token).await.expect(404);
    }

    let [rsa_key, ec_key, _] = keys.jwks();
    let [_, other_ec, _] = Keys::generate().jwks();
    world.trust(&json!({ "keys": [rsa_key, ec_key, other_ec] }), TokenPolicy::default());
    read_with(&world, &rsa).await.expect(404);
    refused(read_with(&world, &ec).await, "two keys of one algorithm");
    refused(read_with(&world, &ed).await, "no key of the algorithm");
}

#[tokio::test]
async fn one_id_of_two_keys_of_one_type_means_either() {
    let mut world = World::start().await;
    let good = claims(ORG, world.in_almost_thirty_days());
    let (keys, others) = (Keys::generate(), Keys::generate());
    let [_, mut key, _] = keys.jwks();
    let [_, mut other, _] = others.jwks();
    key["kid"] = json!("ours");
    key["alg"] = Value::Null;
    other["kid"] = json!("ours");
    world.trust(&json!({ "keys": [other, key] }), TokenPolicy::default());
    for signing in [&keys, &others] {
        let token = encode(&header(Algorithm::ES256, Some("ours")), &good, &signing.ec_key()).expect("a token");
        read_with(&world, &token).await.expect(404);
    }
    let foreign = encode(&header(Algorithm::ES256, Some("ours")), &good, &Keys::generate().ec_key()).expect("a token");
    refused(read_with(&world, &foreign).await, "neither of the two");
}
