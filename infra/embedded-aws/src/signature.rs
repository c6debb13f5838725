//! Checks AWS signatures (version 4) as the real services do: the request is signed again, by the SDK's own signer, with
//! the key pair of this folder.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as Identity;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use chrono::NaiveDateTime;
use subtle::ConstantTimeEq;

use crate::Credentials;

const DATE: &str = "x-amz-date";
const DATE_FORMAT: &str = "%Y%m%dT%H%M%SZ";
/// How far a caller's clock may be off, as on AWS.
const SKEW: Duration = Duration::from_mins(15);

/// Why a request is not known to be from the owner of the key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unproven {
    Unsigned,
    /// It is signed with another key pair, such as one of real AWS.
    UnknownAccessKey,
    /// The signature is not that of this request, or it is too old.
    WrongSignature,
}

/// Requires that a request to `service` is signed with the key pair.
pub(crate) fn check(credentials: &Credentials, service: &str, head: &Parts, body: &[u8]) -> Result<(), Unproven> {
    let given = text(head, AUTHORIZATION.as_str()).and_then(Authorization::read).ok_or(Unproven::Unsigned)?;
    if given.access_key_id != credentials.access_key_id {
        return Err(Unproven::UnknownAccessKey);
    }
    let expected = expected(credentials, service, head, body, &given).ok_or(Unproven::WrongSignature)?;
    let equal = bool::from(expected.as_bytes().ct_eq(given.signature.as_bytes()));
    equal.then_some(()).ok_or(Unproven::WrongSignature)
}

/// The signature that this request has to have; `None` if none would do.
fn expected(
    credentials: &Credentials,
    service: &str,
    head: &Parts,
    body: &[u8],
    given: &Authorization<'_>,
) -> Option<String> {
    let date = text(head, DATE)?;
    let at = SystemTime::from(NaiveDateTime::parse_from_str(date, DATE_FORMAT).ok()?.and_utc());
    let scope = format!("{}/{}/{service}/aws4_request", date.get(..8)?, given.region);
    if given.scope != scope || !is_recent(at) || !covers(head, &given.signed_headers) {
        return None;
    }
    let Credentials { access_key_id, secret_access_key } = credentials;
    let identity = Identity::new(access_key_id, secret_access_key, None, None, "data folder").into();
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    let params = SigningParams::builder();
    let params = params.identity(&identity).region(given.region).name(service).time(at).settings(settings);
    let params = params.build().ok()?.into();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let uri = format!("http://{}{path}", text(head, HOST.as_str())?);
    // The signer adds the date.
    let signed = head.headers.iter().filter(|(name, _)| given.signed_headers.contains(name.as_str()) && *name != DATE);
    let signed: Option<Vec<_>> = signed.map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let request =
        SignableRequest::new(head.method.as_str(), uri, signed?.into_iter(), SignableBody::Bytes(body)).ok()?;
    Some(sign(request, &params).ok()?.into_parts().1)
}

/// Signatures hold the wall clock of their caller, whatever time the stand-ins run on.
#[expect(clippy::disallowed_methods, reason = "callers sign by the wall clock, as for S3")]
fn is_recent(at: SystemTime) -> bool {
    let now = SystemTime::now();
    now.duration_since(at).or_else(|_| at.duration_since(now)).is_ok_and(|apart| apart <= SKEW)
}

/// Whether everything is signed that AWS requires: the host, and every header that says what to do.
fn covers(head: &Parts, signed: &BTreeSet<&str>) -> bool {
    let required = head.headers.keys().map(|name| name.as_str()).filter(|name| name.starts_with("x-amz-"));
    required.chain([HOST.as_str(), DATE]).all(|name| signed.contains(name))
}

/// A header that is there once.
fn text<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    let mut values = head.headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// `AWS4-HMAC-SHA256 Credential=ID/DAY/REGION/SERVICE/aws4_request, SignedHeaders=a;b, Signature=…`.
struct Authorization<'a> {
    access_key_id: &'a str,
    /// What follows the id.
    scope: &'a str,
    region: &'a str,
    signed_headers: BTreeSet<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn read(header: &'a str) -> Option<Self> {
        let fields = header.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let field = |name: &str| {
            let mut fields = fields.split(',').filter_map(|field| field.trim().split_once('='));
            fields.find(|(found, _)| *found == name).map(|(_, value)| value)
        };
        let (access_key_id, scope) = field("Credential")?.split_once('/')?;
        let region = scope.split('/').nth(1)?;
        let signed_headers = field("SignedHeaders")?.split(';').collect();
        Some(Self { access_key_id, scope, region, signed_headers, signature: field("Signature")? })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue, Request};

    use super::*;

    const BODY: &[u8] = br#"{"TableName":"acredita"}"#;

    fn credentials() -> Credentials {
        Credentials { access_key_id: "LOCAL0123456789AB".to_owned(), secret_access_key: "secret".to_owned() }
    }

    /// A request that the SDK's signer signed with a secret, so long before now.
    #[expect(clippy::disallowed_methods, reason = "callers sign by the wall clock")]
    fn signed(secret: &str, ago: Duration) -> Parts {
        let mut request = Request::post("/");
        for (name, value) in [("host", "127.0.0.1:8101"), ("x-amz-target", "DynamoDB_20120810.Scan")] {
            request = request.header(name, value);
        }
        let (mut head, ()) = request.body(()).unwrap().into_parts();
        let identity = Identity::new("LOCAL0123456789AB", secret, None, None, "test").into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name("dynamodb")
            .time(SystemTime::now() - ago)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = head.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let request = SignableRequest::new("POST", "http://127.0.0.1:8101/", headers, SignableBody::Bytes(BODY));
        let (instructions, _) = sign(request.unwrap(), &params).unwrap().into_parts();
        for (name, value) in instructions.headers() {
            head.headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        head
    }

    fn checked(head: &Parts) -> Result<(), Unproven> {
        check(&credentials(), "dynamodb", head, BODY)
    }

    #[test]
    fn what_the_owner_of_the_pair_signed_is_good_for_a_quarter_of_an_hour() {
        assert_eq!(checked(&signed("secret", Duration::ZERO)), Ok(()));
        assert_eq!(checked(&signed("secret", Duration::from_mins(14))), Ok(()));
        assert_eq!(checked(&signed("secret", Duration::from_mins(16))), Err(Unproven::WrongSignature));
        assert_eq!(checked(&signed("another", Duration::ZERO)), Err(Unproven::WrongSignature));
        let good = signed("secret", Duration::ZERO);
        assert_eq!(check(&credentials(), "sqs", &good, BODY), Err(Unproven::WrongSignature), "for another service");
        assert_eq!(check(&credentials(), "dynamodb", &good, b"{}"), Err(Unproven::WrongSignature), "another body");
    }

    #[test]
    fn nothing_of_a_signed_request_can_be_changed() {
        type Change = fn(&mut Parts);
        let changes: [(&str, Change); 7] = [
            ("the operation", |head| {
                head.headers.insert("x-amz-target", HeaderValue::from_static("DynamoDB_20120810.DeleteTable"));
            }),
            ("a second operation", |head| {
                head.headers.append("x-amz-target", HeaderValue::from_static("DynamoDB_20120810.DeleteTable"));
            }),
            ("the host", |head| {
                head.headers.insert("host", HeaderValue::from_static("localhost:8101"));
            }),
            ("the path", |head| head.uri = "/other".parse().unwrap()),
            ("the query", |head| head.uri = "/?a=b".parse().unwrap()),
            ("the method", |head| head.method = axum::http::Method::PUT),
            ("an unsigned instruction", |head| {
                head.headers.insert("x-amz-more", HeaderValue::from_static("1"));
            }),
        ];
        for (what, change) in changes {
            let mut head = signed("secret", Duration::ZERO);
            change(&mut head);
            assert_eq!(checked(&head), Err(Unproven::WrongSignature), "{what}");
        }
        let mut head = signed("secret", Duration::ZERO);
        head.headers.insert("accept", HeaderValue::from_static("*/*"));
        assert_eq!(checked(&head), Ok(()), "proxies may add what says nothing");
    }

    #[test]
    fn what_is_not_signed_or_by_somebody_else_is_told_apart() {
        let mut head = signed("secret", Duration::ZERO);
        let good = head.headers[AUTHORIZATION].to_str().unwrap().to_owned();
        let mut with = |authorization: &str| {
            head.headers.insert(AUTHORIZATION, HeaderValue::from_str(authorization).unwrap());
            checked(&head)
        };
        for unsigned in ["", "Bearer a.b.c", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=LOCAL0123456789AB/"] {
            assert_eq!(with(unsigned), Err(Unproven::Unsigned), "{unsigned}");
        }
        assert_eq!(with(&good.replace("LOCAL0", "AKIA0")), Err(Unproven::UnknownAccessKey));
        for (from, to) in
            [("host;", ""), ("eu-west-1", "eu-west-2"), ("/dynamodb/", "/sqs/"), ("Signature=", "Signature=0")]
        {
            assert_eq!(with(&good.replace(from, to)), Err(Unproven::WrongSignature), "{from} to {to}");
        }
        assert_eq!(with(&good.replace(", ", ",")), Ok(()), "some SDKs leave the spaces out");
    }
}
