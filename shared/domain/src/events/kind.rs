//! The types of events.

use crate::vocabulary::names;

names! {
    EventType("is not a type of events") {
        /// It was there before there were events.
        IdentificationAdopted = "identification.adopted",
        IdentificationCreated = "identification.created",
        /// The provider of the channel has taken the message.
        IdentificationSent = "identification.sent",
        IdentificationDelivered = "identification.delivered",
        IdentificationUndelivered = "identification.undelivered",
        IdentificationResent = "identification.resent",
        IdentificationValidated = "identification.validated",
        IdentificationCancelled = "identification.cancelled",
        IdentificationClosed = "identification.closed",
        IdentificationFailed = "identification.failed",
        IdentificationExpired = "identification.expired",
        IdentificationDeleted = "identification.deleted",
        ScoringCreated = "scoring.created",
        ScoringDelegated = "scoring.delegated",
        ScoringScored = "scoring.scored",
        ScoringClosed = "scoring.closed",
        ScoringExpired = "scoring.expired",
        ScoringDeleted = "scoring.deleted",
        ChainCreated = "chain.created",
        ChainStepValidated = "chain.step_validated",
        ChainValidated = "chain.validated",
        ChainCancelled = "chain.cancelled",
        ChainClosed = "chain.closed",
        ChainFailed = "chain.failed",
        ChainExpired = "chain.expired",
        ChainDeleted = "chain.deleted",
        ReviewOpened = "review.opened",
        ReviewClaimed = "review.claimed",
        ReviewReleased = "review.released",
        ReviewApproved = "review.approved",
        ReviewRejected = "review.rejected",
        ReviewWithdrawn = "review.withdrawn",
        RecordViewed = "record.viewed",
        RecordSearched = "record.searched",
        /// A file of records was asked for, made, or linked to.
        RecordExported = "record.exported",
        PicturesViewed = "pictures.viewed",
        WebhookEndpointCreated = "webhook_endpoint.created",
        WebhookEndpointUpdated = "webhook_endpoint.updated",
        WebhookEndpointSecretRotated = "webhook_endpoint.secret_rotated",
        WebhookEndpointDisabled = "webhook_endpoint.disabled",
        WebhookEndpointDeleted = "webhook_endpoint.deleted",
        SettingsUpdated = "settings.updated",
    }
}
