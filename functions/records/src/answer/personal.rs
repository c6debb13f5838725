//! What of a record is about a person: shown, or `***` to those who may not see it, whatever it is.

use acredita_domain::{
    actor::{Actor, Country, DocumentType, Language},
    device::DeviceEvidence,
};
use serde::Serialize;
use utoipa::ToSchema;

/// Takes the place of a value, and says nothing about it.
const HIDDEN: &str = "***";

/// The person, as declared. What was not declared is absent.
#[derive(Serialize, ToSchema)]
#[schema(as = DeclaredActor)]
pub struct DeclaredAnswer {
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "James")]
    pub name: Option<String>,
    /// Family names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Smith")]
    pub last_name: Option<String>,
    /// The document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub identity_document: Option<DeclaredDocumentAnswer>,
    /// The address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "example@email.com")]
    pub email: Option<String>,
    /// The phone (E.164).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "+34612345678")]
    pub msisdn: Option<String>,
    /// The language of messages.
    #[schema(value_type = String, example = "ES")]
    pub language: Language,
}

/// A document, as declared.
#[derive(Serialize, ToSchema)]
#[schema(as = DeclaredDocument)]
pub struct DeclaredDocumentAnswer {
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "12345678A")]
    pub document_number: Option<String>,
    /// Its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "NIF")]
    pub document_type: Option<DocumentType>,
    /// The issuing country.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "ES")]
    pub country: Option<Country>,
}

/// The device that validated.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordDevice)]
pub struct DeviceAnswer {
    /// The installation of the app.
    #[schema(example = "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11")]
    pub installation_id: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// The client.
    pub user_agent: String,
    /// Where it said that it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "40.4168,-3.7038")]
    pub location: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "203.0.113.7")]
    pub ip: Option<String>,
}

impl DeclaredAnswer {
    pub fn of(actor: &Actor, personal: bool) -> Self {
        let shown = |value: &str| shown(value, personal);
        Self {
            name: actor.name.as_ref().map(|name| shown(name.expose())),
            last_name: actor.last_name.as_ref().map(|name| shown(name.expose())),
            identity_document: actor.identity_document.as_ref().map(|document| DeclaredDocumentAnswer {
                document_number: document.document_number.as_ref().map(|number| shown(number.expose())),
                document_type: document.document_type,
                country: document.country,
            }),
            email: actor.email.as_ref().map(|email| shown(email.expose())),
            msisdn: actor.msisdn.as_ref().map(|phone| shown(phone.e164().expose())),
            language: actor.language,
        }
    }
}

impl DeviceAnswer {
    pub fn of(device: &DeviceEvidence, personal: bool) -> Self {
        let shown = |value: &str| shown(value, personal);
        Self {
            installation_id: shown(&device.installation_id.to_string()),
            fingerprint: shown(device.fingerprint.expose()),
            user_agent: shown(device.user_agent.expose()),
            location: device.location.as_ref().map(|location| shown(location.expose())),
            ip: device.ip.as_ref().map(|ip| shown(&ip.expose().to_string())),
        }
    }
}

pub fn shown(value: &str, personal: bool) -> String {
    if personal { value.to_owned() } else { HIDDEN.to_owned() }
}
