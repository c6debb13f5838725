//! Our identity on AWS, in a form that Google can verify: a request for our own name (`GetCallerIdentity`), signed by
//! us, for Google to send.

use acredita_domain::{Time, text::Private};
use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use serde::Serialize;

/// The credentials of the function, as the Lambda runtime puts them into its environment. They live as long as the
/// function's process.
#[derive(Clone, Debug)]
pub struct AwsCaller {
    /// The region whose STS vouches for us.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: Private<String>,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: Private<String>,
    /// `AWS_SESSION_TOKEN`: roles have one.
    pub session_token: Option<Private<String>>,
}

/// The query for STS. Nothing else is ever signed: anybody who has a signed request can execute it.
const QUERY: &str = "?Action=GetCallerIdentity&Version=2011-06-15";
/// Names the identity pool's provider that the request is for. Signed with the rest, it keeps others from using the
/// request.
const TARGET: &str = "x-goog-cloud-target-resource";

/// A request to the STS of a region.
struct Question {
    url: String,
    host: String,
}

impl Question {
    /// The request that `template` describes, with the region for `{region}`; `None` if it describes another request.
    fn of(template: &str, region: &str) -> Option<Self> {
        let plain =
            !region.is_empty() && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let url = template.replace("{region}", region);
        let host = url.strip_prefix("https://")?.strip_suffix(QUERY)?.trim_end_matches('/').to_owned();
        let of_aws =
            ["amazonaws.com", "amazonaws.com.cn"].iter().any(|domain| host == format!("sts.{region}.{domain}"));
        (plain && of_aws).then_some(Self { url, host })
    }
}

/// The signed request as Google wants it: JSON, which the sender has to percent-encode. `None` if the template asks for
/// something else, or nothing can be signed.
pub(super) fn signed_question(
    caller: &AwsCaller,
    template: &str,
    audience: &str,
    now: Time,
) -> Option<Private<String>> {
    #[derive(Serialize)]
    struct Pair<'a> {
        key: &'a str,
        value: &'a str,
    }
    #[derive(Serialize)]
    struct Signed<'a> {
        headers: Vec<Pair<'a>>,
        method: &'a str,
        url: &'a str,
    }
    let question = Question::of(template, &caller.region)?;
    let secret = caller.secret_access_key.expose().clone();
    let session = caller.session_token.as_ref().map(|token| token.expose().clone());
    let identity = Credentials::new(caller.access_key_id.expose().clone(), secret, session, None, "environment").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(&caller.region)
        .name("sts")
        .time(now.into())
        .settings(SigningSettings::default())
        .build()
        .ok()?
        .into();
    let request =
        SignableRequest::new("POST", &question.url, std::iter::once((TARGET, audience)), SignableBody::empty()).ok()?;
    let (instructions, _) = sign(request, &params).ok()?.into_parts();
    let mut headers = vec![Pair { key: "host", value: &question.host }, Pair { key: TARGET, value: audience }];
    // Google's own libraries spell this one so.
    let name = |name| if name == "authorization" { "Authorization" } else { name };
    headers.extend(instructions.headers().map(|(key, value)| Pair { key: name(key), value }));
    serde_json::to_string(&Signed { headers, method: "POST", url: &question.url }).ok().map(Private::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_question_who_we_are_is_signed() {
        let asks = |template: &str, region: &str| Question::of(template, region).map(|question| question.host);
        let usual = "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";
        assert_eq!(asks(usual, "eu-west-1").as_deref(), Some("sts.eu-west-1.amazonaws.com"));
        assert_eq!(
            asks(&usual.replace("com?", "com.cn/?"), "cn-north-1").as_deref(),
            Some("sts.cn-north-1.amazonaws.com.cn")
        );
        for (template, region) in [
            (usual, ""),
            (usual, "evil.example/"),
            ("http://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15", "eu-west-1"),
            ("https://sts.{region}.amazonaws.com?Action=AssumeRole&Version=2011-06-15", "eu-west-1"),
            (
                "https://sts.{region}.amazonaws.com?Action=AssumeRole&Action=GetCallerIdentity&Version=2011-06-15",
                "eu-west-1",
            ),
            (
                "https://sts.{region}.amazonaws.com.evil.example?Action=GetCallerIdentity&Version=2011-06-15",
                "eu-west-1",
            ),
            ("https://iam.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15", "eu-west-1"),
        ] {
            assert_eq!(asks(template, region), None, "{template} {region}");
        }
    }

    #[test]
    fn a_caller_does_not_show_its_keys() {
        let canary = || Private::new("canary".to_owned());
        let caller = AwsCaller {
            region: "eu-west-1".to_owned(),
            access_key_id: canary(),
            secret_access_key: canary(),
            session_token: Some(canary()),
        };
        assert!(!format!("{caller:?}").contains("canary"));
    }
}
