//! The state that all routers share: the use cases' `App` and the verifier of tokens.

use crate::{answers::StepAnswer, error::ApiError, jwt::TokenVerifier};
use acredita_domain::{App, Error, ids::OrgId, scoring::Provider, stores::Stores, use_cases::Done};
use std::sync::Arc;

/// The state of every router. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

struct Parts {
    app: App,
    tokens: Arc<TokenVerifier>,
}

impl Api {
    /// Assembled once, at start.
    pub fn new(app: App, tokens: TokenVerifier) -> Self {
        Self(Arc::new(Parts { app, tokens: Arc::new(tokens) }))
    }

    /// The same with the stores that a function names.
    pub fn with(&self, stores: impl FnOnce(&Stores) -> Stores) -> Self {
        Self(Arc::new(Parts { app: self.app().with(stores), tokens: self.0.tokens.clone() }))
    }

    pub fn app(&self) -> &App {
        &self.0.app
    }

    pub fn tokens(&self) -> &TokenVerifier {
        &self.0.tokens
    }

    /// The answer to a use case's refusal.
    pub fn refused(&self, error: Error) -> ApiError {
        ApiError::Domain { error, now: self.app().now() }
    }

    /// The answer to a step, or the refusal.
    pub fn done(&self, result: Result<Done, Error>) -> Result<StepAnswer, ApiError> {
        result.map(StepAnswer).map_err(|error| self.refused(error))
    }

    /// The provider that `EXTERNAL` stands for in an organisation, if it has one.
    pub fn external_provider(&self, org: &OrgId) -> Option<Provider> {
        self.app().policy.providers.external(org)
    }
}
