//! What every router shares: the use cases' surroundings, and who checks tokens.

use crate::{error::ApiError, jwt::TokenVerifier};
use acredita_domain::{App, Error, ids::OrgId, scoring::Provider};
use axum::http::StatusCode;
use std::sync::Arc;

/// The state of every router. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

struct Parts {
    app: App,
    tokens: TokenVerifier,
}

impl Api {
    /// Puts the parts together, once at start.
    pub fn new(app: App, tokens: TokenVerifier) -> Self {
        Self(Arc::new(Parts { app, tokens }))
    }

    /// What the use cases need.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// Who checks tokens.
    pub fn tokens(&self) -> &TokenVerifier {
        &self.0.tokens
    }

    /// What a use case refused, now.
    pub fn refused(&self, error: Error) -> ApiError {
        ApiError::Domain { error, now: self.app().now() }
    }

    /// The answer to what was done and has nothing to tell.
    pub fn done(&self, result: Result<(), Error>) -> Result<StatusCode, ApiError> {
        result.map(|()| StatusCode::NO_CONTENT).map_err(|error| self.refused(error))
    }

    /// The provider that `EXTERNAL` means to an organisation, if it has one.
    pub fn external_provider(&self, org: &OrgId) -> Option<Provider> {
        self.app().providers.external(org)
    }
}
