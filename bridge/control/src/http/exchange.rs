//! One request and its response.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Response, StatusCode};
use ruru_command::{Answer, InvalidRequest, Request};
use ruru_json::Value;
use tokio::time::timeout;

use super::PATIENCE;
use super::authentication::Authentication;
use crate::MAX_MESSAGE;
use crate::respond::respond;

const JSON: &str = "application/json";

/// What answers the requests of a socket.
pub(super) struct Exchange<H> {
    authentication: Option<Authentication>,
    headers: HeaderMap,
    handler: H,
}

impl<H: Fn(&Request) -> Answer> Exchange<H> {
    pub(super) fn new(
        authentication: Option<Authentication>,
        headers: HeaderMap,
        handler: H,
    ) -> Self {
        Self { authentication, headers, handler }
    }

    /// Answers a request, whatever it is.
    pub(super) async fn respond(&self, request: hyper::Request<Incoming>) -> Response<Full<Bytes>> {
        let mut response = match self.answer(request).await {
            Ok(answer) => json(StatusCode::OK, &Value::from(vec![answer.to_json()])),
            Err(refusal) => self.refused(refusal),
        };
        let own = self.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
        response.headers_mut().extend(own);
        response
    }

    async fn answer(&self, request: hyper::Request<Incoming>) -> Result<Answer, Refusal> {
        let (head, body) = request.into_parts();
        if self.authentication.as_ref().is_some_and(|users| !users.admits(&head.headers)) {
            return Err(StatusCode::UNAUTHORIZED.into());
        }
        if head.method != Method::POST || !is_json(&head.headers) {
            return Err(StatusCode::BAD_REQUEST.into());
        }
        let body = timeout(PATIENCE, Limited::new(body, MAX_MESSAGE).collect());
        let body = body.await.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
        let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
        let text = std::str::from_utf8(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
        respond(text, &self.handler).or_else(|error| match error {
            InvalidRequest::Content(reason) => Ok(Answer::error(reason)),
            InvalidRequest::Syntax(reason) => {
                Err(Refusal { status: StatusCode::BAD_REQUEST, reason })
            }
        })
    }

    fn refused(&self, Refusal { status, reason }: Refusal) -> Response<Full<Bytes>> {
        let result = i64::from(status.as_u16());
        let body = Value::object([("result", Value::from(result)), ("text", reason.into())]);
        let mut response = json(status, &body);
        if status == StatusCode::UNAUTHORIZED
            && let Some(Authentication { realm, .. }) = &self.authentication
        {
            let realm = realm.replace('\\', "\\\\").replace('"', "\\\"");
            // A realm that no header can carry is left out.
            let challenge = HeaderValue::try_from(format!("Basic realm=\"{realm}\""))
                .unwrap_or(HeaderValue::from_static("Basic"));
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Why there is no answer to a command.
struct Refusal {
    status: StatusCode,
    reason: String,
}

impl From<StatusCode> for Refusal {
    fn from(status: StatusCode) -> Self {
        Self { status, reason: status.canonical_reason().unwrap_or_default().to_owned() }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    kind(CONTENT_TYPE).is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(JSON))
    })
}

fn json(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(ruru_json::kea(body).into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}
