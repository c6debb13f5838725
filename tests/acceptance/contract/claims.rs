//! §3: what a good token says: its times, its issuer and audience, and where its claims are.

use super::{
    roles::lacking,
    tokens::{read_with, refused},
};
use acceptance::{
    ORG, World,
    tokens::{ISSUER, KID, claims},
};
use acredita_http::jwt::TokenPolicy;
use serde_json::{Value, json};

/// Good claims with these changes; null removes a claim.
fn with(world: &World, changes: Value) -> String {
    let mut claims = claims(ORG, world.in_almost_thirty_days());
    for (name, value) in changes.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    ISSUER.sign(&claims)
}

#[tokio::test]
async fn a_token_ends_to_the_second() {
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
async fn a_token_ends_within_thirty_days_and_has_no_leeway() {
    let world = World::start().await;
    let now = world.app.now().timestamp();
    let latest = now + 30 * 24 * 60 * 60;
    for exp in [json!(now + 1), json!(now as f64 + 0.5), json!(latest), json!(latest as f64 - 0.5)] {
        read_with(&world, &with(&world, json!({ "exp": exp }))).await.expect(404);
    }
    for exp in [
        json!(now),
        json!(now as f64 - 0.5),
        json!(0),
        json!(-1),
        json!(latest + 1),
        json!(latest as f64 + 0.5),
        json!(now * 1_000),
        json!(now + 100 * 365 * 86_400),
        json!(u64::MAX),
        json!(1e300),
        json!(latest.to_string()),
        json!(true),
        json!([latest]),
    ] {
        refused(read_with(&world, &with(&world, json!({ "exp": exp }))).await, &format!("exp {exp}"));
    }
    let endless = claims(ORG, 0).to_string().replace(r#""exp":0"#, r#""exp":1e400"#);
    refused(
        read_with(&world, &ISSUER.sign_texts(&format!(r#"{{"alg":"RS256","kid":"{KID}"}}"#), &endless)).await,
        "1e400",
    );
}

#[tokio::test]
async fn the_longest_life_is_configuration() {
    let mut world = World::start().await;
    let longest_life = chrono::TimeDelta::hours(12);
    world.trust(&ISSUER.jwks, TokenPolicy { longest_life, ..TokenPolicy::default() });
    let latest = (world.app.now() + longest_life).timestamp();
    read_with(&world, &with(&world, json!({ "exp": latest }))).await.expect(404);
    refused(read_with(&world, &with(&world, json!({ "exp": latest + 1 }))).await, "a second too long");
}

#[tokio::test]
async fn an_issuers_clock_may_be_a_minute_ahead() {
    let world = World::start().await;
    let now = world.app.now().timestamp();
    for claim in ["nbf", "iat"] {
        for time in
            [json!(now - 1_000), json!(now as f64 + 0.5), json!(now + 2), json!(now + 60), json!(0), json!(-1.5)]
        {
            read_with(&world, &with(&world, json!({ claim: time }))).await.expect(404);
        }
        for time in [
            json!(now as f64 + 60.5),
            json!(now + 61),
            json!(now + 300),
            json!(now * 1_000),
            json!(now.to_string()),
            json!(false),
            json!([now]),
        ] {
            refused(read_with(&world, &with(&world, json!({ claim: time }))).await, &format!("{claim} {time}"));
        }
        let mut claims = claims(ORG, world.in_almost_thirty_days());
        claims[claim] = Value::Null;
        refused(read_with(&world, &ISSUER.sign(&claims)).await, &format!("{claim} null"));
    }
}

#[tokio::test]
async fn a_claim_that_is_given_twice_is_refused() {
    let world = World::start().await;
    let header = format!(r#"{{"alg":"RS256","kid":"{KID}"}}"#);
    let good = claims(ORG, world.in_almost_thirty_days()).to_string();
    let open = good.strip_suffix('}').expect("an object");
    read_with(&world, &ISSUER.sign_texts(&header, &format!(r#"{open},"x":[{{"y":1}},{{"y":1}}]}}"#))).await.expect(404);
    for member in [
        r#""scope":"api:everything""#,
        r#""exp":1"#,
        r#""tenants_translation":[]"#,
        r#""\u0073cope":"""#,
        r#""x":1,"x":1"#,
        r#""x":{"y":1,"y":1}"#,
        r#""x":[[{"y":1,"y":null}]]"#,
    ] {
        refused(read_with(&world, &ISSUER.sign_texts(&header, &format!("{open},{member}}}"))).await, member);
    }
    for payload in ["[]", "null", r#""text""#, "", "{", &format!("{good}{good}"), &format!("[{good}]")] {
        refused(read_with(&world, &ISSUER.sign_texts(&header, payload)).await, payload);
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
    let token = |changes: Value| {
        let mut claims = json!({ "iss": "https://id.example.com", "aud": "acredita" });
        claims.as_object_mut().expect("an object").extend(changes.as_object().cloned().expect("an object"));
        with(&world, claims)
    };
    for good in [
        json!({}),
        json!({ "aud": ["another", "acredita"] }),
        json!({ "aud": null, "client_id": "acredita" }),
        json!({ "client_id": "another" }),
    ] {
        read_with(&world, &token(good)).await.expect(404);
    }
    for bad in [
        json!({ "iss": null }),
        json!({ "iss": "" }),
        json!({ "iss": "https://id.example.com/" }),
        json!({ "iss": "HTTPS://ID.EXAMPLE.COM" }),
        json!({ "iss": ["https://id.example.com"] }),
        json!({ "iss": ["https://evil.example", "https://id.example.com"] }),
        json!({ "iss": { "https://id.example.com": 1 } }),
        json!({ "aud": null }),
        json!({ "aud": "another" }),
        json!({ "aud": "acredita " }),
        json!({ "aud": ["another"] }),
        json!({ "aud": [] }),
        json!({ "aud": [["acredita"]] }),
        json!({ "aud": { "acredita": true } }),
        json!({ "aud": "another", "client_id": "acredita" }),
        json!({ "aud": [], "client_id": "acredita" }),
        json!({ "aud": null, "client_id": "another" }),
        json!({ "aud": null, "client_id": ["acredita"] }),
    ] {
        refused(read_with(&world, &token(bad.clone())).await, &bad.to_string());
    }
    let mut null = claims(ORG, world.in_almost_thirty_days());
    null["iss"] = json!("https://id.example.com");
    null["aud"] = Value::Null;
    null["client_id"] = json!("acredita");
    refused(read_with(&world, &ISSUER.sign(&null)).await, "an aud that is null");
}

#[tokio::test]
async fn an_issuer_is_a_string_even_where_any_is_good() {
    let world = World::start().await;
    for iss in [json!("https://anybody.example"), json!(null)] {
        read_with(&world, &with(&world, json!({ "iss": iss }))).await.expect(404);
    }
    for iss in [json!(["https://id.example.com"]), json!(1), json!({})] {
        refused(read_with(&world, &with(&world, json!({ "iss": iss }))).await, &iss.to_string());
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
    let exp = world.in_almost_thirty_days();
    for claims in [
        json!({ "exp": exp, "cognito:groups": [ORG], "roles": ["identifications:agent"] }),
        json!({ "exp": exp, "cognito:groups": ORG, "scp": "api:everything" }),
        json!({ "exp": exp, "cognito:groups": [{ "org": ORG }], "roles": "x identifications:agent" }),
    ] {
        read_with(&world, &ISSUER.sign(&claims)).await.expect(404);
    }
    for claims in
        [claims(ORG, exp), json!({ "exp": exp, "cognito:groups": [ORG], "permissions": ["identifications:agent"] })]
    {
        lacking(read_with(&world, &ISSUER.sign(&claims)).await, "the published names");
    }
}
