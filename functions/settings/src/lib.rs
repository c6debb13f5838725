//! What an organisation chooses for itself: read, replace.

pub mod answer;
pub mod body;
pub mod version;

use acredita_domain::{
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{Api, ApiError, Checked, Principal, params::OrgPath, principal::SettingsAdmin};
use answer::{SettingsAnswer, VersionedSettings};
use axum::extract::State;
use body::{ReadSettingsRequest, ReplaceSettingsRequest, SettingsBody};
use version::IfMatchHeader;

acredita_http::operations!(read_settings, replace_settings);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores { by_id: all.by_id(), settings: all.settings(), requests: all.requests(), ..Stores::default() }
}

/// Reads the settings that hold for the organisation: what it has chosen, and the defaults for the rest.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/settings",
    tag = "Settings",
    params(OrgPath),
    responses(
        (status = 200, description = "The settings.", body = SettingsAnswer, headers(
            ("ETag" = String, description = "Their version, for `If-Match`.")),
            example = json!({
                "display_name": "Yoigo",
                "messages": {
                    "code": {"alphabet": "DIGITS", "length": 6},
                    "templates": {"EN": {
                        "sms": "{name}: your code is {code}. Valid for {minutes} min. Do not share it with anyone.",
                        "email_subject": "{name}: your verification code",
                        "email_text": "{name}: your code is {code}. It is valid for {minutes} minutes. Do not share it with anyone.",
                        "encoding": "GSM-7", "parts": 1}},
                    "web_otp_domain": "www.example.com", "fallback": [], "fallback_after": "PT2M"},
                "sms": {"countries": ["ES"], "daily_budget": 10000, "country_daily_budget": 5000},
                "review": {"four_eyes": false}})),
    ),
)]
async fn read_settings(
    State(api): State<Api>,
    principal: Principal<SettingsAdmin>,
    Checked(ReadSettingsRequest): Checked<ReadSettingsRequest>,
) -> Result<VersionedSettings, ApiError> {
    let read = use_cases::read_settings(api.app(), &principal.request.org).await;
    read.map(VersionedSettings).map_err(|error| api.refused(error))
}

/// Replaces all settings. What the body leaves out is the default again. It takes effect within a minute.
#[utoipa::path(
    put,
    path = "/v1/orgs/{org_id}/settings",
    tag = "Settings",
    params(OrgPath, IfMatchHeader),
    request_body(content = SettingsBody, example = json!({
        "display_name": "Yoigo",
        "messages": {
            "code": {"alphabet": "DIGITS", "length": 6},
            "templates": {"ES": {"sms": "{name}: {code} es tu clave para entrar. Vale {minutes} min."}}}})),
    responses(
        (status = 200, description = "The settings, as they are now.", body = SettingsAnswer, headers(
            ("ETag" = String, description = "Their version, for `If-Match`.")),
            example = json!({
                "display_name": "Yoigo",
                "messages": {
                    "code": {"alphabet": "DIGITS", "length": 6},
                    "templates": {"ES": {
                        "sms": "{name}: {code} es tu clave para entrar. Vale {minutes} min.",
                        "email_subject": "{name}: tu código de verificación",
                        "email_text": "{name}: tu código es {code}. Vale {minutes} minutos. No lo compartas con nadie.",
                        "encoding": "GSM-7", "parts": 1}},
                    "fallback": [], "fallback_after": "PT2M"},
                "sms": {"countries": ["ES"], "daily_budget": 10000, "country_daily_budget": 5000},
                "review": {"four_eyes": false}})),
        (status = 412, description = "They were changed since that version."),
    ),
)]
async fn replace_settings(
    State(api): State<Api>,
    principal: Principal<SettingsAdmin>,
    Checked(ReplaceSettingsRequest { if_match, choices }): Checked<ReplaceSettingsRequest>,
) -> Result<VersionedSettings, ApiError> {
    let is_current = |revision| if_match.names(revision);
    let replaced = use_cases::replace_settings(api.app(), &principal.request, is_current, choices).await;
    replaced.map(VersionedSettings).map_err(|error| api.refused(error))
}
