//! Which transitions make an event of a type.

use acredita_domain::events::EventType;

/// What is created, and what happens to it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// An identification by agent.
    Agent(AgentStep),
    /// An identification by a code that the caller delivers.
    Code(CodeStep),
    /// One by a code that the service sends.
    Message(MessageEnd),
    Scoring(ScoringStep),
    Chain(ChainStep),
    Endpoint(EndpointStep),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentStep {
    Created,
    Cancelled,
    Closed,
    Expired,
    Viewed,
    Deleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeStep {
    Validated,
    Failed,
    Renewed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageEnd {
    Sent,
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoringStep {
    Created,
    Delegated,
    Scored,
    Viewed,
    Closed,
    Expired,
    Deleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainStep {
    Created,
    StepValidated,
    Validated,
    Cancelled,
    Closed,
    Failed,
    Expired,
    Deleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointStep {
    Created,
    Updated,
    SecretRotated,
    Disabled,
    Deleted,
}

/// The flow that ends with an event of this type, or why there is none.
pub fn flow(kind: EventType) -> Result<Flow, &'static str> {
    Ok(match kind {
        EventType::IdentificationAdopted => return Err("only what is from before there were events is adopted"),
        EventType::IdentificationCreated => Flow::Agent(AgentStep::Created),
        EventType::IdentificationSent => Flow::Message(MessageEnd::Sent),
        EventType::IdentificationDelivered => {
            return Err("no carrier reports by itself here: deliver a message in the inbox");
        }
        EventType::IdentificationUndelivered => Flow::Message(MessageEnd::Refused),
        EventType::IdentificationResent => Flow::Code(CodeStep::Renewed),
        EventType::IdentificationValidated => Flow::Code(CodeStep::Validated),
        EventType::IdentificationCancelled => Flow::Agent(AgentStep::Cancelled),
        EventType::IdentificationClosed => Flow::Agent(AgentStep::Closed),
        EventType::IdentificationFailed => Flow::Code(CodeStep::Failed),
        EventType::IdentificationExpired => Flow::Agent(AgentStep::Expired),
        EventType::IdentificationDeleted => Flow::Agent(AgentStep::Deleted),
        EventType::ScoringCreated => Flow::Scoring(ScoringStep::Created),
        EventType::ScoringDelegated => Flow::Scoring(ScoringStep::Delegated),
        EventType::ScoringScored => Flow::Scoring(ScoringStep::Scored),
        EventType::ScoringClosed => Flow::Scoring(ScoringStep::Closed),
        EventType::ScoringExpired => Flow::Scoring(ScoringStep::Expired),
        EventType::ScoringDeleted => Flow::Scoring(ScoringStep::Deleted),
        EventType::ChainCreated => Flow::Chain(ChainStep::Created),
        EventType::ChainStepValidated => Flow::Chain(ChainStep::StepValidated),
        EventType::ChainValidated => Flow::Chain(ChainStep::Validated),
        EventType::ChainCancelled => Flow::Chain(ChainStep::Cancelled),
        EventType::ChainClosed => Flow::Chain(ChainStep::Closed),
        EventType::ChainFailed => Flow::Chain(ChainStep::Failed),
        EventType::ChainExpired => Flow::Chain(ChainStep::Expired),
        EventType::ChainDeleted => Flow::Chain(ChainStep::Deleted),
        EventType::RecordViewed => Flow::Agent(AgentStep::Viewed),
        EventType::RecordSearched => return Err("it is about nothing that there is: POST /record_searches makes one"),
        EventType::RecordExported => return Err("it would be a file of your records: POST /record_exports makes one"),
        EventType::PicturesViewed => Flow::Scoring(ScoringStep::Viewed),
        EventType::WebhookEndpointCreated => Flow::Endpoint(EndpointStep::Created),
        EventType::WebhookEndpointUpdated => Flow::Endpoint(EndpointStep::Updated),
        EventType::WebhookEndpointSecretRotated => Flow::Endpoint(EndpointStep::SecretRotated),
        EventType::WebhookEndpointDisabled => Flow::Endpoint(EndpointStep::Disabled),
        EventType::WebhookEndpointDeleted => Flow::Endpoint(EndpointStep::Deleted),
        EventType::ReviewOpened
        | EventType::ReviewClaimed
        | EventType::ReviewReleased
        | EventType::ReviewApproved
        | EventType::ReviewRejected
        | EventType::ReviewWithdrawn => {
            return Err("it takes a score that falls short, and review.from_score in your settings");
        }
        EventType::SettingsUpdated => return Err("it would be a change of your settings: PUT /settings makes one"),
    })
}
