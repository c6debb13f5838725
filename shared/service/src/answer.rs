//! What Lambda hands to the gateway.

use axum::{body::to_bytes, response::Response};
use lambda_http::{Body, IntoResponse, http::StatusCode};
use std::pin::Pin;

/// A router's response. `lambda_http` would decide by its content type and charset whether its body is text, and for
/// that link the tables of forty encodings, a fiftieth of each function. Ours are UTF-8 or no text.
pub struct Answer(pub Response);

impl IntoResponse for Answer {
    fn into_response(self) -> Pin<Box<dyn Future<Output = lambda_http::Response<Body>> + Send>> {
        Box::pin(async {
            let (mut parts, body) = self.0.into_parts();
            let body = match to_bytes(body, usize::MAX).await {
                Ok(whole) => of_bytes(whole.into()),
                Err(_) => {
                    parts.status = StatusCode::INTERNAL_SERVER_ERROR;
                    Body::Empty
                }
            };
            lambda_http::Response::from_parts(parts, body)
        })
    }
}

/// Bytes that are no text travel as base64.
fn of_bytes(bytes: Vec<u8>) -> Body {
    if bytes.is_empty() {
        return Body::Empty;
    }
    String::from_utf8(bytes).map_or_else(|not_text| Body::Binary(not_text.into_bytes()), Body::Text)
}

#[cfg(test)]
mod tests {
    use super::Answer;
    use axum::{body::Body as Sent, response::Response};
    use futures_util::stream;
    use lambda_http::{Body, IntoResponse};
    use std::io;

    async fn answered(body: Sent) -> (u16, Body) {
        let (parts, body) = Answer(Response::new(body)).into_response().await.into_parts();
        (parts.status.as_u16(), body)
    }

    #[tokio::test]
    async fn text_stays_text_and_other_bytes_stay_as_they_are() {
        assert_eq!(answered("ñ".into()).await, (200, Body::Text("ñ".to_owned())));
        assert_eq!(answered(vec![0xFF, 0xD8].into()).await, (200, Body::Binary(vec![0xFF, 0xD8])));
        assert_eq!(answered(Sent::empty()).await, (200, Body::Empty));
    }

    #[tokio::test]
    async fn half_a_body_is_no_answer() {
        let broken = stream::iter([Ok("half"), Err(io::Error::other("broken"))]);
        assert_eq!(answered(Sent::from_stream(broken)).await, (500, Body::Empty));
    }
}
