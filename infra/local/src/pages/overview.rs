//! The first page: what is running, and the first calls to make.

use super::html::{Html, shell_word};

const PAGE: &str = include_str!("../../assets/overview.html");
const TOKEN: &str = "TOKEN={{token}}";
/// With `--jwks` only its owner can make tokens.
const NO_TOKEN: &str = "TOKEN='…'   # one that is signed by a key of your JWKS";

/// What is running. It holds a token, so it has no `Debug`.
#[derive(Clone)]
pub struct Overview {
    /// The URL of the service, without a slash at its end.
    pub address: String,
    pub dynamodb: String,
    pub s3: String,
    pub sqs: String,
    /// The region of the embedded AWS.
    pub region: String,
    /// The access key id that it accepts.
    pub access_key_id: String,
    pub secret_access_key: String,
    pub table: String,
    pub bucket: String,
    pub queue_url: String,
    pub data_dir: String,
    /// The link that opens the pages for another account.
    pub start: String,
    pub org: String,
    /// A token that is valid now; `None` when another issuer signs the tokens.
    pub token: Option<String>,
}

impl Overview {
    /// A command that asks for a one-time code, ready to be pasted into a shell.
    pub fn first_call(&self) -> String {
        let url = shell_word(&format!("{}/v1/orgs/{}/identifications/otp", self.address, self.org));
        let token = self.token.as_deref().unwrap_or("…");
        let bearer = shell_word(&format!("authorization: Bearer {token}"));
        format!(
            "curl -sS {url} \\\n  -H {bearer} \\\n  -H 'content-type: application/json' \\\n  -d '{{\"actor\":{{\"name\":\"James\",\"last_name\":\"Smith\",\
             \"msisdn\":{{\"phone_number\":612345678,\"country_code\":\"34\"}}}},\"expires_in\":\"PT1H\",\"channel\":{{\"type\":\"SMS\"}}}}'"
        )
    }

    pub(super) fn page(&self) -> String {
        let token = match &self.token {
            Some(token) => Html::template(TOKEN, &[("token", Html::shell(token))]),
            None => Html::template(NO_TOKEN, &[]),
        };
        let slots = [
            ("address", Html::text(&self.address)),
            ("api", Html::shell(&format!("{}/v1/orgs/{}", self.address, self.org))),
            ("inbox", Html::shell(&format!("{}/local/inbox", self.address))),
            ("org", Html::text(&self.org)),
            ("org_word", Html::shell(&self.org)),
            ("token", token),
            ("dynamodb", Html::text(&self.dynamodb)),
            ("dynamodb_word", Html::shell(&self.dynamodb)),
            ("s3", Html::text(&self.s3)),
            ("s3_word", Html::shell(&self.s3)),
            ("sqs", Html::text(&self.sqs)),
            ("sqs_word", Html::shell(&self.sqs)),
            ("region", Html::shell(&self.region)),
            ("access_key_id", Html::shell(&self.access_key_id)),
            ("secret_access_key", Html::shell(&self.secret_access_key)),
            ("table", Html::text(&self.table)),
            ("table_word", Html::shell(&self.table)),
            ("bucket", Html::text(&self.bucket)),
            ("bucket_word", Html::shell(&format!("s3://{}", self.bucket))),
            ("queue_url", Html::text(&self.queue_url)),
            ("queue_word", Html::shell(&self.queue_url)),
            ("data_dir", Html::text(&self.data_dir)),
            ("data_dir_word", Html::shell(&self.data_dir)),
        ];
        Html::page("Acredita on this machine", Html::empty(), Html::template(PAGE, &slots))
    }
}
