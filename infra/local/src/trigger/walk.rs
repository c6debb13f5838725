//! Takes the steps of a flow, as the back office and the person would. Returns the subject's id.

use super::{
    TriggerError,
    flow::{AgentStep, ChainStep, CodeStep, EndpointStep, MessageEnd, ScoringStep},
};
use crate::client::{Call, Client, ClientError};
use acredita_aws::SystemEntropy;
use acredita_domain::{actor::EmailAddress, ports::Entropy};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const AGENT: &str = "/identifications/agent";
const OTP: &str = "/identifications/otp";
const CHAIN: &str = "/identifications/chain";
const SCORING: &str = "/scorings/identity_document";
const ENDPOINTS: &str = "/webhook_endpoints";
const LIFE: &str = "PT1H";
/// The shortest that there is.
const SHORT_LIFE: &str = "PT1M";
/// Domains that lead nowhere (RFC 2606): the inbox takes messages to the first, and refuses those to the second.
const TAKEN: &str = "example.com";
const REFUSED: &str = "example.invalid";
const PICTURE: &[u8] = include_bytes!("../../assets/trigger.png");
const BOUNDARY: &str = "acredita-trigger";
/// Wrong codes until an identification fails.
const TRIES: usize = 5;
/// A code can be renewed 30 seconds after it was made.
const RENEWALS: usize = 60;

pub struct Walk<'a> {
    pub client: &'a Client,
    pub say: &'a (dyn Fn(&str) + Sync),
}

impl Walk<'_> {
    pub async fn agent(&self, step: AgentStep) -> Result<String, TriggerError> {
        let life = if step == AgentStep::Expired { SHORT_LIFE } else { LIFE };
        let body = json!({ "actor": { "name": "Ana", "last_name": "Trigger" }, "expires_in": life });
        let created = self.post(AGENT, &body).await?;
        let admin = field(&created, AGENT, "admin_identification_id")?;
        match step {
            AgentStep::Created => {}
            AgentStep::Cancelled => {
                self.post(&format!("{AGENT}/{admin}/cancel"), &json!({ "reason": "acredita trigger" })).await?;
            }
            AgentStep::Closed => {
                self.take(Call::new(Method::POST, format!("{AGENT}/{admin}/close"))).await?;
            }
            AgentStep::Expired => (self.say)("It expires in a minute."),
            AgentStep::Viewed => {
                self.take(Call::new(Method::GET, format!("/records/{admin}"))).await?;
            }
            AgentStep::Deleted => {
                self.take(Call::new(Method::DELETE, format!("{AGENT}/{admin}"))).await?;
            }
        }
        field(&created, AGENT, "identification_id")
    }

    pub async fn code(&self, step: CodeStep) -> Result<String, TriggerError> {
        let body = json!({
            "actor": { "name": "Ana", "last_name": "Trigger" },
            "channel": { "type": "SMS", "external": "true" },
            "expires_in": LIFE,
        });
        let created = self.post(OTP, &body).await?;
        let id = field(&created, OTP, "identification_id")?;
        let code = field(&created, OTP, "code")?;
        match step {
            CodeStep::Validated => {
                self.take(validate(&id, &code)).await?;
            }
            CodeStep::Failed => self.fail(&id, &wrong(&code)).await?,
            CodeStep::Renewed => {
                (self.say)("A new code can be made 30 seconds after the first.");
                self.renew(&field(&created, OTP, "admin_identification_id")?).await?;
            }
        }
        Ok(id)
    }

    /// Every try is refused.
    async fn fail(&self, id: &str, wrong: &str) -> Result<(), ClientError> {
        for _ in 0..TRIES {
            match self.take(validate(id, wrong)).await {
                Err(ClientError::Refused { status: 400, .. }) | Ok(_) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn renew(&self, admin: &str) -> Result<(), ClientError> {
        for _ in 1..RENEWALS {
            let renew = Call::new(Method::POST, format!("{OTP}/{admin}/code"));
            match self.client.send(renew).await {
                Err(ClientError::Refused { status: 429, .. }) => tokio::time::sleep(Duration::from_secs(1)).await,
                renewed => {
                    (self.say)(&format!("POST {OTP}/{admin}/code"));
                    return renewed.map(drop);
                }
            }
        }
        self.take(Call::new(Method::POST, format!("{OTP}/{admin}/code"))).await.map(drop)
    }

    pub async fn message(&self, end: MessageEnd, email: Option<&EmailAddress>) -> Result<String, TriggerError> {
        let local = self.client.is_local();
        let email = match (end, email) {
            (MessageEnd::Sent, Some(email)) => email.expose().to_owned(),
            (MessageEnd::Sent, None) if local => somebody_at(TAKEN),
            (MessageEnd::Sent, None) => return Err(TriggerError::NoEmail),
            (MessageEnd::Refused, _) if local => somebody_at(REFUSED),
            (MessageEnd::Refused, _) => return Err(TriggerError::NotRefused),
        };
        let body = json!({
            "actor": { "name": "Ana", "last_name": "Trigger", "email": email },
            "channel": { "type": "EMAIL" },
            "expires_in": LIFE,
        });
        field(&self.post(OTP, &body).await?, OTP, "identification_id")
    }

    pub async fn scoring(&self, step: ScoringStep) -> Result<String, TriggerError> {
        let life = if step == ScoringStep::Expired { SHORT_LIFE } else { LIFE };
        let document = json!({ "type": "NIF", "country": "ES" });
        let body = json!({ "document": document, "provider": "INTERNAL", "expires_in": life });
        let id = field(&self.post(SCORING, &body).await?, SCORING, "scoring_id")?;
        let at = |method, path: &str| Call::new(method, format!("{SCORING}/{id}{path}"));
        match step {
            ScoringStep::Created => {}
            ScoringStep::Delegated => {
                self.take(at(Method::POST, "/delegate")).await?;
            }
            ScoringStep::Scored => {
                self.take(with_picture(at(Method::PUT, "/score"))).await?;
            }
            ScoringStep::Viewed => {
                self.take(with_picture(at(Method::PUT, "/score"))).await?;
                self.take(at(Method::GET, "/captures")).await?;
            }
            ScoringStep::Closed => {
                self.take(at(Method::POST, "/close")).await?;
            }
            ScoringStep::Expired => (self.say)("It expires in a minute."),
            ScoringStep::Deleted => {
                self.take(at(Method::DELETE, "")).await?;
            }
        }
        Ok(id)
    }

    /// Of one step, by a code that the caller delivers.
    pub async fn chain(&self, step: ChainStep) -> Result<String, TriggerError> {
        let code = json!({ "channel": { "type": "SMS", "external": "true" } });
        let body = json!({
            "actor": { "name": "Ana", "last_name": "Trigger" },
            "sequence": [{ "identification_type": "OTP", "otp_step": code }],
            "expires_in": if step == ChainStep::Expired { SHORT_LIFE } else { LIFE },
        });
        let created = self.post(CHAIN, &body).await?;
        let chain = field(&created, CHAIN, "identification_chain_id")?;
        let admin = field(&created, CHAIN, "admin_identification_chain_id")?;
        let id = field(&created["sequence"][0], CHAIN, "identification_id")?;
        let code = field(&created["sequence"][0], CHAIN, "code")?;
        match step {
            ChainStep::Created => {}
            ChainStep::StepValidated => {
                self.take(validate(&id, &code)).await?;
            }
            ChainStep::Validated => {
                self.take(validate(&id, &code)).await?;
                self.take(by_device(Call::new(Method::POST, format!("{CHAIN}/{chain}/validate")))).await?;
            }
            ChainStep::Cancelled => {
                self.post(&format!("{CHAIN}/{admin}/cancel"), &json!({ "reason": "acredita trigger" })).await?;
            }
            ChainStep::Closed => {
                self.take(Call::new(Method::POST, format!("{CHAIN}/{admin}/close"))).await?;
            }
            ChainStep::Failed => self.fail(&id, &wrong(&code)).await?,
            ChainStep::Expired => (self.say)("It expires in a minute."),
            ChainStep::Deleted => {
                self.take(Call::new(Method::DELETE, format!("{CHAIN}/{admin}"))).await?;
            }
        }
        Ok(chain)
    }

    /// Nothing is ever sent to the endpoint, and it is deleted in the end: an organisation has room for few.
    pub async fn endpoint(&self, step: EndpointStep) -> Result<String, TriggerError> {
        let body = json!({ "url": "https://example.invalid/hooks", "event_types": ["settings.updated"] });
        let id = field(&self.post(ENDPOINTS, &body).await?, ENDPOINTS, "endpoint_id")?;
        let at = |method, path: &str| Call::new(method, format!("{ENDPOINTS}/{id}{path}"));
        let change = |body: Value| self.take(at(Method::PATCH, "").json(&body));
        let taken = match step {
            EndpointStep::Created | EndpointStep::Deleted => Ok(Value::Null),
            EndpointStep::Updated => change(json!({ "description": "acredita trigger" })).await,
            EndpointStep::SecretRotated => self.take(at(Method::POST, "/rotate_secret")).await,
            EndpointStep::Disabled => change(json!({ "status": "DISABLED" })).await,
        };
        self.take(at(Method::DELETE, "")).await?;
        taken?;
        Ok(id)
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.take(Call::new(Method::POST, path).json(body)).await
    }

    /// Makes a request, and says which and how it went.
    async fn take(&self, call: Call) -> Result<Value, ClientError> {
        let name = call.name();
        let answer = self.client.send(call).await;
        match &answer {
            Err(ClientError::Refused { status, details }) => (self.say)(&format!("{name}: {status}, {details}")),
            _ => (self.say)(&name),
        }
        answer
    }
}

/// Somebody else each time, because one address gets few messages in ten minutes.
fn somebody_at(domain: &str) -> String {
    let mut random = [0; 8];
    SystemEntropy.fill(&mut random);
    format!("ana-{:x}@{domain}", u64::from_be_bytes(random))
}

fn validate(id: &str, code: &str) -> Call {
    by_device(Call::new(Method::PUT, format!("{OTP}/{id}/validate"))).json(&json!({ "code": code }))
}

fn by_device(call: Call) -> Call {
    call.header("x-installation_id", "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11").header("x-fingerprint", "acredita-trigger")
}

/// A code of the same form.
fn wrong(code: &str) -> String {
    let other = if code.starts_with('2') { "3" } else { "2" };
    format!("{other}{}", code.get(1..).unwrap_or_default())
}

fn with_picture(call: Call) -> Call {
    let head = "Content-Disposition: form-data; name=\"front\"; filename=\"front.png\"\r\nContent-Type: image/png";
    let parts: [&[u8]; 3] = [
        &format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes(),
        PICTURE,
        &format!("\r\n--{BOUNDARY}--\r\n").into_bytes(),
    ];
    call.body("multipart/form-data; boundary=acredita-trigger", parts.concat())
}

fn field(answer: &Value, path: &str, name: &'static str) -> Result<String, TriggerError> {
    // It becomes a part of paths.
    let plain = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let found = answer[name].as_str().filter(plain).map(str::to_owned);
    found.ok_or_else(|| TriggerError::Missing(path.to_owned(), name))
}
