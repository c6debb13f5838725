//! The caller and their authority. A handler that takes a [`Principal`] cannot run without it.

use crate::{
    api::Api,
    error::ApiError,
    jwt::{Claims, TokenError},
    layers::RequestId,
    permission::Permission,
    request::path_params,
};
use acredita_domain::{Request, ids::OrgId, request::By, use_cases::Force};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use std::marker::PhantomData;

/// The authority that an operation requires.
pub trait Authority: Send + Sync + 'static {
    const PERMISSION: Permission;
    /// Whether a valid token without it is answered 403, as the contract documents for some operations, rather than
    /// 401.
    const FORBIDDEN: bool = false;
    /// Whether its clients act for the person, so that their subject may be the person.
    const FOR_THE_PERSON: bool = false;
}

pub struct Admin;

impl Authority for Admin {
    const PERMISSION: Permission = Permission::IdentificationsAdmin;
}

pub struct Delete;

impl Authority for Delete {
    const PERMISSION: Permission = Permission::IdentificationsAdmin;
    const FORBIDDEN: bool = true;
}

pub struct AdminOfChains;

impl Authority for AdminOfChains {
    const PERMISSION: Permission = Permission::IdentificationsAdmin;
    const FORBIDDEN: bool = true;
}

pub struct ValidateChains;

impl Authority for ValidateChains {
    const PERMISSION: Permission = Permission::IdentificationsValidate;
    const FORBIDDEN: bool = true;
    const FOR_THE_PERSON: bool = true;
}

pub struct Agent;

impl Authority for Agent {
    const PERMISSION: Permission = Permission::IdentificationsAgent;
}

pub struct Validate;

impl Authority for Validate {
    const PERMISSION: Permission = Permission::IdentificationsValidate;
    const FOR_THE_PERSON: bool = true;
}

pub struct WriteScorings;

impl Authority for WriteScorings {
    const PERMISSION: Permission = Permission::ScoringsWrite;
}

pub struct DeleteScorings;

impl Authority for DeleteScorings {
    const PERMISSION: Permission = Permission::ScoringsWrite;
    const FORBIDDEN: bool = true;
}

pub struct ReadEvents;

impl Authority for ReadEvents {
    const PERMISSION: Permission = Permission::EventsRead;
}

pub struct ReadScorings;

impl Authority for ReadScorings {
    const PERMISSION: Permission = Permission::ScoringsRead;
}

pub struct WebhooksAdmin;

impl Authority for WebhooksAdmin {
    const PERMISSION: Permission = Permission::WebhooksAdmin;
}

pub struct DecideReviews;

impl Authority for DecideReviews {
    const PERMISSION: Permission = Permission::ReviewsDecide;
}

pub struct SettingsAdmin;

impl Authority for SettingsAdmin {
    const PERMISSION: Permission = Permission::SettingsAdmin;
}

pub struct ListRecords;

impl Authority for ListRecords {
    const PERMISSION: Permission = Permission::RecordsList;
}

pub struct ReadRecords;

impl Authority for ReadRecords {
    const PERMISSION: Permission = Permission::RecordsRead;
}

pub struct SearchRecords;

impl Authority for SearchRecords {
    const PERMISSION: Permission = Permission::RecordsSearch;
}

pub struct ExportRecords;

impl Authority for ExportRecords {
    const PERMISSION: Permission = Permission::RecordsExport;
}

pub struct ReadPersons;

impl Authority for ReadPersons {
    const PERMISSION: Permission = Permission::RecordsReadPersonal;
}

/// An organisation that a valid token may act for, with the authority `A`.
pub struct Principal<A> {
    /// In the organisation of the path, which is one of the token's.
    pub request: Request,
    claims: Claims,
    authority: PhantomData<A>,
}

impl<A> Principal<A> {
    /// Force counts only with its permission; without, the request is one without force.
    pub fn force(&self, asked: bool) -> Force {
        if asked && self.claims.has(Permission::IdentificationsForceDelete) { Force::Permitted } else { Force::No }
    }

    /// Whether what is about a person may be shown.
    pub fn may_read_personal(&self) -> bool {
        self.claims.has(Permission::RecordsReadPersonal)
    }
}

impl<A: Authority> FromRequestParts<Api> for Principal<A> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers)?;
        let claims = api.tokens().verify(token, api.app().now()).await.map_err(|error| match error {
            TokenError::Bad(why) => ApiError::Token(why),
            TokenError::NoKeys(unavailable) => api.refused(unavailable.into()),
        })?;
        let denied = |why| if A::FORBIDDEN { ApiError::Forbidden(why) } else { ApiError::NotAllowed(why) };
        let params = path_params(parts, api).await?;
        let org = params.iter().find(|(name, _)| name == "org_id").and_then(|(_, org)| org.parse::<OrgId>().ok());
        let org =
            org.filter(|org| claims.is_of(org)).ok_or_else(|| denied("the token is not for this organisation"))?;
        if !claims.has(A::PERMISSION) {
            return Err(denied("the token lacks the permission for this operation"));
        }
        api.app().admit(&org).await.map_err(|refusal| api.refused(refusal))?;
        let by = if A::FOR_THE_PERSON { By::Actor(claims.caller()) } else { By::Business(claims.caller()) };
        let id = parts.extensions.get::<RequestId>().map(|RequestId(id)| id.clone());
        Ok(Self { request: Request { org, by, id }, claims, authority: PhantomData })
    }
}

/// The token of the one `Authorization: Bearer …` header (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    const MALFORMED: ApiError = ApiError::Token("the authorization header is malformed");
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(ApiError::NoToken)?;
    if values.next().is_some() {
        return Err(MALFORMED);
    }
    let value = value.to_str().map_err(|_| MALFORMED)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(ApiError::NoToken) }
}
