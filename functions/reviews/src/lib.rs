//! Reviews: list, claim, release, decide.

pub mod body;

use acredita_domain::{
    stores::{AllStores, Stores},
    use_cases,
};
use acredita_http::{
    Api, ApiError, Checked, Principal,
    params::{OrgPath, ReviewPath},
    principal::DecideReviews,
};
use axum::{Json, extract::State, http::StatusCode};
use body::{DecideRequest, DecisionBody, ListReviewsRequest, ReviewRequest, ReviewsAnswer, ReviewsQuery};

acredita_http::operations!(list_reviews, claim_review, release_review, decide_review);

/// The stores that it uses.
pub fn stores(all: &impl AllStores) -> Stores {
    Stores {
        by_id: all.by_id(),
        identifications: all.identifications(),
        chains: all.chains(),
        requests: all.requests(),
        reviews: all.reviews(),
        ..Stores::default()
    }
}

/// Lists the reviews of the organisation, the longest open first. One may take a second to be listed.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org_id}/reviews",
    tag = "Reviews",
    params(OrgPath, ReviewsQuery),
    responses(
        (status = 200, description = "The reviews.", body = ReviewsAnswer, example = json!({"reviews": [{
            "review_id": "2f1acc6e-3f1c-4b5e-9a43-7d3c0e6e7f15", "record_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "status": "CLAIMED",
            "opened_at": "2026-11-20T08:33:00Z", "claimed_by": "ana", "claimed_until": "2026-11-20T08:49:10Z",
            "score": 0.62, "reasons": ["NOT_CHECKED"]}], "next_cursor": "eyJrIjoi"})),
    ),
)]
async fn list_reviews(
    State(api): State<Api>,
    principal: Principal<DecideReviews>,
    Checked(ListReviewsRequest(command)): Checked<ListReviewsRequest>,
) -> Result<Json<ReviewsAnswer>, ApiError> {
    let listed = use_cases::list_reviews(api.app(), &principal.request.org, command).await;
    listed.map(|listed| Json(listed.into())).map_err(|error| api.refused(error))
}

/// Claims a review for 15 minutes. Whoever has claimed it keeps it for as long again.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/reviews/{review_id}/claim",
    tag = "Reviews",
    params(OrgPath, ReviewPath),
    responses(
        (status = 204, description = "Claimed."),
        (status = 404, description = "No such review."),
        (status = 409, description = "Another reviewer has claimed it, you have approved it already, or it is over."),
    ),
)]
async fn claim_review(
    State(api): State<Api>,
    principal: Principal<DecideReviews>,
    Checked(ReviewRequest { id }): Checked<ReviewRequest>,
) -> Result<StatusCode, ApiError> {
    let claimed = use_cases::claim_review(api.app(), &principal.request, id).await;
    claimed.map(|()| StatusCode::NO_CONTENT).map_err(|error| api.refused(error))
}

/// Gives a claim back.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/reviews/{review_id}/release",
    tag = "Reviews",
    params(OrgPath, ReviewPath),
    responses(
        (status = 204, description = "Released."),
        (status = 404, description = "No such review."),
        (status = 409, description = "It is not claimed by you, or not any more."),
    ),
)]
async fn release_review(
    State(api): State<Api>,
    principal: Principal<DecideReviews>,
    Checked(ReviewRequest { id }): Checked<ReviewRequest>,
) -> Result<StatusCode, ApiError> {
    let released = use_cases::release_review(api.app(), &principal.request, id).await;
    released.map(|()| StatusCode::NO_CONTENT).map_err(|error| api.refused(error))
}

/// Decides a review that you have claimed. What is approved can be validated although its score falls short; what is rejected
/// is FAILED. Where two have to approve, it is OPEN again for another reviewer after the first.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org_id}/reviews/{review_id}/decision",
    tag = "Reviews",
    params(OrgPath, ReviewPath),
    request_body(content = DecisionBody, example = json!({
        "decision": "APPROVE", "reason": "DOCUMENT_CONFIRMED", "note": "Looks like the one that she showed in the shop."})),
    responses(
        (status = 204, description = "Decided."),
        (status = 404, description = "No such review."),
        (status = 409, description = "It is not claimed by you, or not any more, or it is over."),
    ),
)]
async fn decide_review(
    State(api): State<Api>,
    principal: Principal<DecideReviews>,
    Checked(DecideRequest { id, decision }): Checked<DecideRequest>,
) -> Result<StatusCode, ApiError> {
    let (word, reason) = (decision.decision, decision.reason);
    use_cases::decide_review(api.app(), &principal.request, id, decision).await.map_err(|error| api.refused(error))?;
    tracing::info!(target: "acredita::counted", decision = %word, reason = %reason, "a review was decided");
    Ok(StatusCode::NO_CONTENT)
}
