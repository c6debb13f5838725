//! The operations of the contract (§1).

use crate::{Body, Door, Method, Operation};

const CREATE: &[u16] = &[400, 401, 500];
const READ: &[u16] = &[400, 401, 404, 500];
const CHANGE: &[u16] = &[400, 401, 404, 409, 500];
const DELETE: &[u16] = &[400, 401, 403, 404, 500];
const SEND: &[u16] = &[400, 401, 404, 409, 429, 500];
const DELEGATE: &[u16] = &[400, 401, 404, 409, 500, 503];
const CREATE_CHAIN: &[u16] = &[400, 401, 403, 404, 409, 429, 500];
const SCORE: &[u16] = &[400, 401, 404, 409, 413, 415, 429, 500, 503];

/// For each function, path and permission, the operations as
/// `name: method door "rest of the path", body => success, errors, further errors`.
macro_rules! operations {
    ($($function:literal serves $path:literal with $permission:literal {
        $($name:ident: $method:ident $door:ident $rest:literal, $body:ident $(+ $key:ident)?
            => $success:literal, $errors:ident $(, $further:tt)?;)+
    })+) => {
        &[$($(Operation {
            name: stringify!($name),
            function: $function,
            method: Method::$method,
            path: concat!($path, operations!(@id $door), $rest),
            door: Door::$door,
            permission: $permission,
            body: Body::$body,
            takes_idempotency_key: operations!(@key $($key)?),
            success: $success,
            errors: $errors,
            further: &operations!(@further $($further)?),
        },)+)+]
    };
    (@id Create) => { "" };
    (@id Admin) => { "/{admin_identification_id}" };
    (@id Actor) => { "/{identification_id}" };
    (@id AdminChain) => { "/{admin_identification_chain_id}" };
    (@id Chain) => { "/{identification_chain_id}" };
    (@id Scoring) => { "/{scoring_id}" };
    (@id Organisation) => { "" };
    (@id Event) => { "/{event_id}" };
    (@id Review) => { "/{review_id}" };
    (@id Record) => { "/{record_id}" };
    (@id Export) => { "/{export_id}" };
    (@id Endpoint) => { "/{endpoint_id}" };
    (@key) => { false };
    (@key IdempotencyKey) => { true };
    (@further) => { [] };
    (@further $further:tt) => { $further };
}

pub const OPERATIONS: &[Operation] = operations! {
    "identification-agent-admin" serves "/identifications/agent" with "identifications:admin" {
        create_agent_identification: Post Create "", Json + IdempotencyKey => 201, CREATE, [409];
        cancel_agent_identification: Post Admin "/cancel", Json + IdempotencyKey => 204, CHANGE;
        close_agent_identification: Post Admin "/close", No + IdempotencyKey => 204, CHANGE;
        delete_agent_identification: Delete Admin "", No + IdempotencyKey => 204, DELETE, [409];
    }
    "identification-agent" serves "/identifications/agent" with "identifications:agent" {
        read_agent_identification: Get Actor "", No => 200, READ;
        check_midni: Post Actor "/midni", Json + IdempotencyKey => 200, CHANGE;
        validate_agent_identification: Post Actor "/validate", Json + IdempotencyKey => 204, CHANGE;
    }
    "identification-otp-admin" serves "/identifications/otp" with "identifications:admin" {
        create_otp_identification: Post Create "", Json + IdempotencyKey => 201, SEND;
        create_otp_code: Post Admin "/code", No + IdempotencyKey => 200, SEND;
        cancel_otp_identification: Post Admin "/cancel", Json + IdempotencyKey => 204, CHANGE;
        close_otp_identification: Post Admin "/close", No + IdempotencyKey => 204, CHANGE;
        delete_otp_identification: Delete Admin "", No + IdempotencyKey => 204, DELETE, [409];
    }
    "identification-otp" serves "/identifications/otp" with "identifications:validate" {
        read_otp_identification: Get Actor "", No => 200, READ;
        validate_otp_identification: Put Actor "/validate", Json + IdempotencyKey => 204, CHANGE;
        resend_otp: Post Actor "/resend", No + IdempotencyKey => 204, SEND;
    }
    "identity-document-admin" serves "/identifications/identity_document" with "identifications:admin" {
        create_identity_document_identification: Post Create "", Json + IdempotencyKey => 200, CREATE, [409];
        close_identity_document_identification: Post Admin "/close", No + IdempotencyKey => 204, CHANGE;
        cancel_identity_document_identification: Post Admin "/cancel", Json + IdempotencyKey => 204, CHANGE;
        delete_identity_document_identification: Delete Admin "", No + IdempotencyKey => 204, DELETE, [409];
    }
    "identity-document" serves "/identifications/identity_document" with "identifications:validate" {
        read_identity_document_identification: Get Actor "", No => 200, READ;
        validate_identity_document_identification: Post Actor "/validate", No + IdempotencyKey => 204, CHANGE;
    }
    "chain-admin" serves "/identifications/chain" with "identifications:admin" {
        create_chain: Post Create "", Json + IdempotencyKey => 201, CREATE_CHAIN;
        cancel_chain: Post AdminChain "/cancel", Json + IdempotencyKey => 204, CHANGE, [403];
        close_chain: Post AdminChain "/close", No + IdempotencyKey => 204, CHANGE, [403];
        delete_chain: Delete AdminChain "", No + IdempotencyKey => 204, DELETE, [409];
    }
    "chain" serves "/identifications/chain" with "identifications:validate" {
        read_chain: Get Chain "", No => 200, READ, [403];
        validate_chain: Post Chain "/validate", No + IdempotencyKey => 204, CHANGE, [403];
    }
    "scoring" serves "/scorings/identity_document" with "scorings:write" {
        create_scoring: Post Create "", Json + IdempotencyKey => 200, READ, [409];
        score_document: Put Scoring "/score", Multipart + IdempotencyKey => 204, SCORE;
        delegate_scoring: Post Scoring "/delegate", OptionalJson => 200, DELEGATE;
        close_scoring: Post Scoring "/close", No + IdempotencyKey => 204, READ;
        delete_scoring: Delete Scoring "", No + IdempotencyKey => 204, DELETE, [409];
    }
    "scoring" serves "/scorings/identity_document" with "scorings:read" {
        read_scoring: Get Scoring "", No => 200, READ;
        read_captures: Get Scoring "/captures", No => 200, READ;
    }
    "events" serves "/events" with "events:read" {
        list_events: Get Organisation "", No => 200, CREATE;
        read_event: Get Event "", No => 200, READ;
    }
    "webhook-endpoints" serves "/webhook_endpoints" with "webhooks:admin" {
        create_webhook_endpoint: Post Organisation "", Json => 201, CREATE, [409];
        list_webhook_endpoints: Get Organisation "", No => 200, CREATE;
        read_webhook_endpoint: Get Endpoint "", No => 200, READ;
        update_webhook_endpoint: Patch Endpoint "", Json => 200, CHANGE;
        delete_webhook_endpoint: Delete Endpoint "", No => 204, READ;
        rotate_webhook_secret: Post Endpoint "/rotate_secret", OptionalJson => 200, CHANGE;
        ping_webhook_endpoint: Post Endpoint "/ping", No => 202, CHANGE;
        list_webhook_deliveries: Get Endpoint "/deliveries", No => 200, READ;
        recover_webhook_endpoint: Post Endpoint "/recover", Json => 202, CHANGE;
    }
    "reviews" serves "/reviews" with "reviews:decide" {
        list_reviews: Get Organisation "", No => 200, CREATE;
        claim_review: Post Review "/claim", No => 204, CHANGE;
        release_review: Post Review "/release", No => 204, CHANGE;
        decide_review: Post Review "/decision", Json => 204, CHANGE;
    }
    "settings" serves "/settings" with "settings:admin" {
        read_settings: Get Organisation "", No => 200, CREATE;
        replace_settings: Put Organisation "", Json => 200, CREATE, [412];
    }
    "records" serves "/records" with "records:list" {
        list_records: Get Organisation "", No => 200, CREATE;
    }
    "records" serves "/records" with "records:read" {
        read_record: Get Record "", No => 200, READ;
    }
    "records" serves "/record_searches" with "records:search" {
        search_records: Post Organisation "", Json => 200, CREATE, [409];
    }
    "records" serves "/record_pictures" with "records:read_personal" {
        read_record_pictures: Get Record "", No => 200, READ;
    }
    "records" serves "/record_exports" with "records:export" {
        create_record_export: Post Organisation "", Json => 202, CREATE;
        read_record_export: Get Export "", No => 200, READ;
    }
    "webhook-endpoints" serves "/events" with "webhooks:admin" {
        resend_event: Post Event "/resend", Json => 202, CHANGE;
    }
};
