//! Scoring: create, read, captures, score, delegate, close, delete.

pub mod answers;
pub mod body;

use acredita_domain::{
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    admin::deleted,
    answers::{CreateAnswer, StepAnswer},
    idempotency::Keyed,
    multipart::PicturesRequest,
    params::{ForceQuery, IdempotencyHeader, OrgPath, ScoringPath},
    principal::{DeleteScorings, ReadScorings, WriteScorings},
    request::ScoringRequest,
    scoring::ScoringAnswer,
};
use answers::{CapturesAnswer, CreatedScoring, DelegationAnswer};
use axum::{Json, extract::State, http::StatusCode};
use body::{
    CreateScoringBody, CreateScoringRequest, DelegateScoringBody, DelegateScoringRequest, DeleteScoringRequest,
    ScoreBody,
};

acredita_http::operations!(
    create_scoring,
    read_scoring,
    read_captures,
    score_document,
    delegate_scoring,
    close_scoring,
    delete_scoring,
);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        scorings: all.scorings(),
        idempotency: all.idempotency(),
        pictures: all.pictures(),
        requests: all.requests(),
        sightings: all.sightings(),
        log: all.log(),
        ..Stores::default()
    }
}

/// Asks for a document to be scored.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/scorings/identity_document",
    tag = "Scoring",
    params(OrgPath, IdempotencyHeader),
    request_body(content = CreateScoringBody, example = json!({
        "document": {"type": "IDENTITY_CARD", "country": "ES"}, "provider": "INTERNAL", "expires_in": "PT1H", "max_score_retries": 5})),
    responses(
        (status = 200, description = "Created.", body = CreatedScoring, example = json!({
            "scoring_id": "16fd2706-8baf-433b-82eb-8c7fada847da", "status": "CREATED", "created_at": "2026-11-20T08:33:00Z",
            "expires_at": "2026-11-20T09:33:00Z"})),
        (status = 404, description = "The provider is not configured in this deployment, or not for this organisation."),
        (status = 409, description = "The idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn create_scoring(
    State(api): State<Api>,
    principal: Principal<WriteScorings>,
    Checked(request): Checked<CreateScoringRequest>,
) -> Result<CreateAnswer<CreatedScoring>, ApiError> {
    let created = use_cases::create_scoring(api.app(), &principal.request, request.command, request.idempotency).await;
    let created = created.map_err(|error| api.refused(error))?;
    Ok(CreateAnswer { status: StatusCode::OK, replayed: created.replayed, body: created.into() })
}

/// Reads a scoring, with its score and the checks behind it.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/scorings/identity_document/{scoring_id}",
    tag = "Scoring",
    params(OrgPath, ScoringPath),
    responses(
        (status = 200, description = "The scoring.", body = ScoringAnswer, example = json!({
            "scoring_id": "16fd2706-8baf-433b-82eb-8c7fada847da", "status": "SCORED", "document": {"type": "IDENTITY_CARD", "country": "ES"},
            "provider": "INTERNAL", "score": 0.85, "coverage": 0.7, "breakdown": [
                {"check": "GLARE", "result": "FAIL", "score": 0.31, "reason": "GLARE", "advice": "RETRY",
                    "details": "Un reflejo tapa parte del documento. Inclínelo un poco o apague el flash.", "operator_details": "front: 0.8 % of the picture in one spot"},
                {"check": "MRZ_CHECK_DIGITS", "result": "PASS", "score": 1.0, "details": "Correcto."}],
            "extracted": {"document_number": "99999999R", "name": "CARMEN", "last_name": "ESPANOLA ESPANOLA", "nationality": "ESP",
                "birth_date": "1980-01-01", "expiry_date": "2031-06-05", "sex": "F"}, "provider_version": "acredita-mrz 0.1.0+r5.ocr-b.979c5459, acredita-front 0.1.0+r6.7836a285.f3501a1a.3e1ccec4", "mapping_version": "2026-11e",
            "retries": {"used": 1, "max": 5},
            "created_at": "2026-11-20T08:33:00Z", "expires_at": "2026-11-20T09:33:00Z", "scored_at": "2026-11-20T08:34:00Z"})),
        (status = 404, description = "No such scoring."),
    ),
)]
async fn read_scoring(
    State(api): State<Api>,
    principal: Principal<ReadScorings>,
    Checked(ScoringRequest { id }): Checked<ScoringRequest>,
) -> Result<Json<ScoringAnswer>, ApiError> {
    let read = use_cases::read_scoring(api.app(), &principal.request.org, id).await;
    read.map(|(scoring, now)| Json(ScoringAnswer::new(scoring, now))).map_err(|error| api.refused(error))
}

/// Lists the pictures of a scoring, each with a signed link that is valid for 5 minutes.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/scorings/identity_document/{scoring_id}/captures",
    tag = "Scoring",
    params(OrgPath, ScoringPath),
    responses(
        (status = 200, description = "The pictures.", body = CapturesAnswer, example = json!({"captures": [{
            "side": "FRONT", "content_type": "image/jpeg", "size_bytes": 482113, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "captured_at": "2026-11-20T08:34:00Z", "url": "https://pictures.example.com/4f6c", "url_expires_at": "2026-11-20T08:39:00Z"}]})),
        (status = 404, description = "No such scoring."),
    ),
)]
async fn read_captures(
    State(api): State<Api>,
    principal: Principal<ReadScorings>,
    Checked(ScoringRequest { id }): Checked<ScoringRequest>,
) -> Result<Json<CapturesAnswer>, ApiError> {
    let captures = use_cases::read_captures(api.app(), &principal.request, id).await;
    captures.map(|captures| Json(captures.into())).map_err(|error| api.refused(error))
}

/// Scores the pictures in the request or, if there is no body, those that were uploaded or captured before.
#[utoipa::path(
    put,
    path = "/v1/orgs/{org_id}/scorings/identity_document/{scoring_id}/score",
    tag = "Scoring",
    params(OrgPath, ScoringPath, IdempotencyHeader),
    request_body(content(
        (Option<ScoreBody> = "multipart/form-data", example = json!({"front": "(bytes of a JPEG or PNG)", "back": "(bytes of a JPEG or PNG)"})),
        (Option<ScoreBody> = "multipart/mixed"),
    )),
    responses(
        (status = 204, description = "Scored. Read the scoring to get the score."),
        (status = 404, description = "No such scoring."),
        (status = 409, description = "Closed, expired, no retry left, nothing to score, an unfinished delegated capture, the idempotency key was used with another body, or the first request with it is still running."),
        (status = 413, description = "A picture is larger than 10 MiB or 50 megapixels."),
        (status = 415, description = "A picture is neither JPEG nor PNG."),
        (status = 429, description = "The declared number was scored too often today. No retry was used."),
        (status = 503, description = "The provider does not answer. No retry was used."),
    ),
)]
async fn score_document(
    State(api): State<Api>,
    principal: Principal<WriteScorings>,
    PicturesRequest { id, pictures, idempotency }: PicturesRequest,
) -> Result<StepAnswer, ApiError> {
    api.done(use_cases::score_document(api.app(), &principal.request, id, pictures, idempotency).await)
}

/// Lets somebody else take the pictures. For `INTERNAL`: signed links to upload them to, past the gateway's body limit.
/// For `VERIDAS`: its own pages. A new delegation replaces an earlier one. Score without a body when the person is done.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/scorings/identity_document/{scoring_id}/delegate",
    tag = "Scoring",
    params(OrgPath, ScoringPath),
    request_body(content = Option<DelegateScoringBody>, example = json!({"uploads": {"front": {"content_type": "image/jpeg",
        "size_bytes": 482113, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}})),
    responses(
        (status = 200, description = "Where the pictures go.", body = DelegationAnswer, example = json!({"provider": "INTERNAL",
            "credentials": {"access_token": "c56a4180-65aa-42ec-a945-5fd21dec0538", "token_type": "SignedLink", "expires_at": "2026-11-20T08:38:00Z"},
            "metadata": {"uploads": {"front": {"url": "https://pictures.example.com/4f6c", "method": "PUT", "headers": {
                "content-type": "image/jpeg", "content-length": "482113",
                "x-amz-checksum-sha256": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="}}}}})),
        (status = 404, description = "No such scoring."),
        (status = 409, description = "Closed, expired, no retry left, or the provider has no delegated capture."),
        (status = 503, description = "The provider does not answer."),
    ),
)]
async fn delegate_scoring(
    State(api): State<Api>,
    principal: Principal<WriteScorings>,
    Checked(DelegateScoringRequest { id, uploads }): Checked<DelegateScoringRequest>,
) -> Result<Json<DelegationAnswer>, ApiError> {
    let delegation = use_cases::delegate_scoring(api.app(), &principal.request, id, uploads).await;
    delegation.map(|delegation| Json(delegation.into())).map_err(|error| api.refused(error))
}

/// Closes a scoring. Closing it twice succeeds.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/scorings/identity_document/{scoring_id}/close",
    tag = "Scoring",
    params(OrgPath, ScoringPath, IdempotencyHeader),
    responses((status = 204, description = "Closed."), (status = 404, description = "No such scoring.")),
)]
async fn close_scoring(
    State(api): State<Api>,
    principal: Principal<WriteScorings>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<ScoringRequest>>,
) -> Result<StepAnswer, ApiError> {
    api.done(use_cases::close_scoring(api.app(), &principal.request, request.id, idempotency).await)
}

/// Deletes a scoring that stands alone, and its pictures. That of an identification goes with the identification.
#[utoipa::path(
    delete,
    path = "/v1/orgs/{org_id}/scorings/identity_document/{scoring_id}",
    tag = "Scoring",
    params(OrgPath, ScoringPath, ForceQuery, IdempotencyHeader),
    responses(
        (status = 204, description = "Deleted."),
        (status = 403, description = "The scoring is closed or expired, or the token does not allow this."),
        (status = 404, description = "No such scoring."),
        (status = 409, description = "The scoring belongs to an identification, another request changed it at the same time, the idempotency key was used with another body, or the first request with it is still running."),
    ),
)]
async fn delete_scoring(
    State(api): State<Api>,
    principal: Principal<DeleteScorings>,
    Checked(Keyed { request, idempotency }): Checked<Keyed<DeleteScoringRequest>>,
) -> Result<StepAnswer, ApiError> {
    let DeleteScoringRequest { id, forced } = request;
    let force = principal.force(forced);
    let outcome = use_cases::delete_scoring(api.app(), &principal.request, id, force, idempotency).await;
    deleted(&api, forced, force, outcome)
}
