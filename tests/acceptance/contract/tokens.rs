//! §3: authentication and permissions.

use super::operations::{Door, OPERATIONS, Operation, PERMISSIONS, Requests};
use acceptance::{
    Answer, Call, NOBODY, ORG, OTHER_ORG, World,
    tokens::{ISSUER, Issuer, KID, claims},
};
use acredita_http::jwt::TokenPolicy;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

const METADATA: &str = "/identifications/agent/00000000-0000-4000-8000-000000000000";

/// Requires the one answer that every invalid token gets.
#[track_caller]
fn refused(answer: Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.json());
    assert_eq!(answer.headers["www-authenticate"], "Bearer", "{what}");
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    assert_eq!(errors.len(), 1, "{what}");
    assert_eq!(
        (errors[0]["code"].as_str(), errors[0]["title"].as_str()),
        (Some("MDOC_002"), Some("UNAUTHORIZED")),
        "{what}"
    );
}

/// Reads an identification that does not exist: 404 means that the token was accepted.
async fn read_with(world: &World, token: &str) -> Answer {
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
    let good = claims(ORG, world.in_forty_days());
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
    let other_body = part(&claims(OTHER_ORG, world.in_forty_days()));
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
        ("not before the next second", with("nbf", json!(now + 1))),
        ("nbf is text", with("nbf", json!("0"))),
    ]
}

#[tokio::test]
async fn no_operation_answers_without_a_good_token() {
    let world = World::start().await;
    let tokens = bad_tokens(&world);
    for operation in OPERATIONS {
        refused(world.send(operation.call(ORG, NOBODY)).await, operation.name);
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
    for value in [
        "",
        "Bearer",
        "Bearer ",
        &good,
        &format!("Basic {good}"),
        &format!("Token {good}"),
        &format!("Bearer {good} {good}"),
        &format!("Bearer{good}"),
    ] {
        let call = Call::org("GET", ORG, METADATA).header("authorization", value);
        refused(world.send(call).await, value);
    }
    let twice = Call::org("GET", ORG, METADATA).token(&good).token(&good);
    refused(world.send(twice).await, "two headers");
    for place in [format!("{METADATA}?access_token={good}"), format!("{METADATA}?token={good}")] {
        refused(world.send(Call::org("GET", ORG, &place)).await, "in the query");
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let call = Call::org("GET", ORG, METADATA).header("authorization", format!("{scheme} {good}"));
        world.send(call).await.expect(404);
    }
}

#[tokio::test]
async fn exp_and_nbf_count_to_the_second() {
    let world = World::start().await;
    let now = world.app.now().timestamp();
    read_with(&world, &ISSUER.sign(&claims(ORG, now + 1))).await.expect(404);
    let mut begun = claims(ORG, now + 1);
    begun["nbf"] = json!(now);
    let token = ISSUER.sign(&begun);
    read_with(&world, &token).await.expect(404);
    world.clock.advance(chrono::TimeDelta::seconds(1));
    refused(read_with(&world, &token).await, "a second later");
}

#[tokio::test]
async fn a_token_opens_its_own_organisations_and_no_other() {
    let world = World::start().await;
    for operation in OPERATIONS {
        let answer = world.send(operation.call(ORG, NOBODY).token(&world.token(OTHER_ORG))).await;
        assert_denied(operation, answer);
    }
    let both = json!([{ "tenant_id": "15", "org": ORG }, { "tenant_id": "16", "org": OTHER_ORG }]);
    let mut of_both = claims(ORG, world.in_forty_days());
    of_both["tenants_translation"] = both;
    for org in [ORG, OTHER_ORG] {
        world.send(Call::org("GET", org, METADATA).token(&ISSUER.sign(&of_both))).await.expect(404);
    }
    for of_none in [
        json!([]),
        json!(null),
        json!(15),
        json!([{ "tenant_id": ORG }]),
        json!([{ "org": format!("{ORG}x") }]),
        json!([{ "org": "YOIGO" }]),
    ] {
        let mut claims = claims(ORG, world.in_forty_days());
        claims["tenants_translation"] = of_none.clone();
        refused(read_with(&world, &ISSUER.sign(&claims)).await, &of_none.to_string());
    }
}

/// 401 for a valid token without the permission, or 403 where the contract documents it.
#[track_caller]
fn assert_denied(operation: &Operation, answer: Answer) {
    if operation.documents_403() {
        let answer = answer.expect(403);
        assert_eq!(answer.json()["errors"][0]["title"], "UNAUTHORIZED");
        assert_eq!(answer.json()["errors"][0]["code"], "MDOC_002");
    } else {
        refused(answer, operation.name);
    }
}

/// The answer of an operation to an allowed request for an unknown id.
#[track_caller]
fn assert_let_in(operation: &Operation, answer: Answer) {
    let expected = if operation.door == Door::Create { operation.success } else { 404 };
    assert_eq!(answer.status.as_u16(), expected, "{}: {}", operation.name, answer.json());
}

#[tokio::test]
async fn each_permission_opens_exactly_its_operations() {
    let world = World::start().await;
    for permission in PERMISSIONS {
        let token = world.token_with(ORG, permission);
        for operation in OPERATIONS {
            let answer = world.send(operation.call(ORG, NOBODY).token(&token)).await;
            if operation.permission == permission {
                assert_let_in(operation, answer)
            } else {
                assert_denied(operation, answer)
            }
        }
    }
}

#[tokio::test]
async fn no_permission_opens_nothing() {
    let world = World::start().await;
    for permissions in [
        "",
        "identifications",
        "identifications:*",
        "IDENTIFICATIONS:ADMIN",
        "identifications:administrator",
        "identifications:admin,scorings:read",
        "api:everything",
    ] {
        let token = world.token_with(ORG, permissions);
        for operation in OPERATIONS {
            assert_denied(operation, world.send(operation.call(ORG, NOBODY).token(&token)).await);
        }
    }
}

#[tokio::test]
async fn permissions_and_scope_are_strings_or_lists() {
    let world = World::start().await;
    let signed = |claim: &str, value: Value| {
        let mut claims = claims(ORG, world.in_forty_days());
        claims["scope"] = json!("");
        claims[claim] = value;
        ISSUER.sign(&claims)
    };
    for value in [json!("scorings:read identifications:validate"), json!(["scorings:read", "identifications:validate"])]
    {
        read_with(&world, &signed("permissions", value)).await.expect(404);
    }
    for value in [json!("openid api:everything"), json!(["openid", "api:everything"])] {
        read_with(&world, &signed("scope", value)).await.expect(404);
    }
    for value in
        [json!({ "identifications:validate": true }), json!(true), json!(null), json!([["identifications:validate"]])]
    {
        refused(read_with(&world, &signed("permissions", value.clone())).await, &value.to_string());
    }
}

#[tokio::test]
async fn everything_is_all_but_deleting_by_force() {
    let world = World::start().await;
    for operation in OPERATIONS {
        assert_let_in(operation, world.send(operation.good_call(&world, NOBODY)).await);
    }
    let created = world.call("POST", "/identifications/agent", OPERATIONS[0].body()).await.expect(201);
    let path = format!("/identifications/agent/{}", created.text("admin_identification_id"));
    world.call("POST", &format!("{path}/close"), None).await.expect(204);
    world.call("DELETE", &format!("{path}?force=true"), None).await.expect(403);
    let forcing = world.token_with(ORG, "identifications:admin identifications:force_delete");
    world.send(Call::org("DELETE", ORG, &format!("{path}?force=true")).token(&forcing)).await.expect(204);
}

#[tokio::test]
async fn es256_and_eddsa_are_taken_and_each_key_only_signs_its_own_algorithm() {
    let mut world = World::start().await;
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let ed = Ed25519KeyPair::generate().expect("a key");
    let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let point = ec.public_key().as_ref();
    let jwks = json!({ "keys": [
        ISSUER.jwks["keys"][0],
        { "kty": "EC", "crv": "P-256", "kid": "ec", "x": text(&point[1..33]), "y": text(&point[33..]) },
        { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": text(ed.public_key().as_ref()) },
    ] });
    world.trust(&jwks, TokenPolicy::default());
    let good = claims(ORG, world.in_forty_days());
    let ec_key = EncodingKey::from_ec_der(ec.to_pkcs8v1().expect("PKCS #8").as_ref());
    let ed_key = EncodingKey::from_ed_der(ed.to_pkcs8v1().expect("PKCS #8").as_ref());
    let sign = |algorithm, kid, key: &EncodingKey| encode(&header(algorithm, kid), &good, key).expect("a token");
    for token in
        [sign(Algorithm::ES256, Some("ec"), &ec_key), sign(Algorithm::EdDSA, Some("ed"), &ed_key), world.token(ORG)]
    {
        read_with(&world, &token).await.expect(404);
    }
    for (what, token) in [
        ("ES256 under the kid of the RSA key", sign(Algorithm::ES256, Some(KID), &ec_key)),
        ("EdDSA under the kid of the EC key", sign(Algorithm::EdDSA, Some("ec"), &ed_key)),
        ("no kid where there are several keys", sign(Algorithm::ES256, None, &ec_key)),
        ("HS256 with the EC point", sign(Algorithm::HS256, Some("ec"), &EncodingKey::from_secret(point))),
    ] {
        refused(read_with(&world, &token).await, what);
    }
}

#[tokio::test]
async fn issuer_and_audience_are_checked_when_they_are_configured() {
    let mut world = World::start().await;
    let policy = TokenPolicy {
        issuer: Some("https://id.example.com".to_owned()),
        audience: Some("acredita".to_owned()),
        ..TokenPolicy::default()
    };
    world.trust(&ISSUER.jwks, policy);
    let token = |iss: Value, aud: Value| {
        let mut claims = claims(ORG, world.in_forty_days());
        claims["iss"] = iss;
        claims["aud"] = aud;
        ISSUER.sign(&claims)
    };
    let issuer = json!("https://id.example.com");
    for audience in [json!("acredita"), json!(["another", "acredita"])] {
        read_with(&world, &token(issuer.clone(), audience)).await.expect(404);
    }
    for audience in [json!("another"), json!(null), json!(["another"]), json!("acredita ")] {
        refused(read_with(&world, &token(issuer.clone(), audience.clone())).await, &audience.to_string());
    }
    for issuer in [json!("https://id.example.com/"), json!(null), json!("")] {
        refused(read_with(&world, &token(issuer.clone(), json!("acredita"))).await, &issuer.to_string());
    }
}

#[tokio::test]
async fn the_names_of_claims_are_configuration() {
    let mut world = World::start().await;
    let policy = TokenPolicy {
        organisations_claim: "cognito:groups".to_owned(),
        permissions_claim: "roles".to_owned(),
        scope_claim: "scp".to_owned(),
        ..TokenPolicy::default()
    };
    world.trust(&ISSUER.jwks, policy);
    let exp = world.in_forty_days();
    for claims in [
        json!({ "exp": exp, "cognito:groups": [ORG], "roles": ["identifications:validate"] }),
        json!({ "exp": exp, "cognito:groups": ORG, "scp": "api:everything" }),
        json!({ "exp": exp, "cognito:groups": [{ "org": ORG }], "roles": "x identifications:validate" }),
    ] {
        read_with(&world, &ISSUER.sign(&claims)).await.expect(404);
    }
    for claims in
        [claims(ORG, exp), json!({ "exp": exp, "cognito:groups": [ORG], "permissions": ["identifications:validate"] })]
    {
        refused(read_with(&world, &ISSUER.sign(&claims)).await, "the published names");
    }
}

#[tokio::test]
async fn without_a_kid_a_token_can_only_mean_the_one_key_there_is() {
    let world = World::start().await;
    let token = ISSUER.sign_as(&header(Algorithm::RS256, None), &claims(ORG, world.in_forty_days()));
    read_with(&world, &token).await.expect(404);
}
