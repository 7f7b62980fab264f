//! Errors as the API server words them: `metav1.Status`.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde_json::{Value, json};

/// A refusal, ready to be sent as `metav1.Status`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// HTTP status.
    pub code: u16,
    /// Machine-readable reason, e.g. `NotFound`.
    pub reason: &'static str,
    /// The sentence people read.
    pub message: String,
    /// `details` of the Status.
    pub details: Value,
}

impl ApiError {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: Value::Null }
    }

    /// `details.name`, `group`, `kind` from `deployments.apps`-like text.
    fn about(mut self, qualified: &str, name: &str) -> Self {
        let (kind, group) = qualified.split_once('.').unwrap_or((qualified, ""));
        self.details = json!({"name": name, "kind": kind});
        if !group.is_empty() {
            self.details["group"] = json!(group);
        }
        self
    }

    pub fn not_found(qualified: &str, name: &str) -> Self {
        Self::new(404, "NotFound", format!("{qualified} \"{name}\" not found"))
            .about(qualified, name)
    }

    pub fn no_such_path() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource")
    }

    pub fn already_exists(qualified: &str, name: &str) -> Self {
        Self::new(409, "AlreadyExists", format!("{qualified} \"{name}\" already exists"))
            .about(qualified, name)
    }

    pub fn conflict(qualified: &str, name: &str) -> Self {
        Self::conflict_because(
            qualified,
            name,
            "the object has been modified; please apply your changes to the latest version and try again",
        )
    }

    pub fn conflict_because(qualified: &str, name: &str, why: &str) -> Self {
        Self::new(
            409,
            "Conflict",
            format!("Operation cannot be fulfilled on {qualified} \"{name}\": {why}"),
        )
        .about(qualified, name)
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    pub fn forbidden(qualified: &str, name: &str, why: &str) -> Self {
        let subject = if name.is_empty() {
            format!("{qualified} is forbidden")
        } else {
            format!("{qualified} \"{name}\" is forbidden")
        };
        Self::new(403, "Forbidden", format!("{subject}: {why}")).about(qualified, name)
    }

    pub fn method_not_allowed() -> Self {
        Self::new(
            405,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
        )
    }

    pub fn expired() -> Self {
        Self::new(410, "Expired", "The provided continue parameter or resourceVersion is too old")
    }

    pub fn too_large() -> Self {
        Self::new(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")
    }

    pub fn unsupported_media(got: &str) -> Self {
        Self::new(
            415,
            "UnsupportedMediaType",
            format!(
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml, application/json, application/yaml (got {got:?})"
            ),
        )
    }

    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, "Invalid", message)
    }

    /// 422 with one cause per field, worded as apimachinery does.
    pub fn invalid(kind: &str, group: &str, name: &str, causes: &[FieldError]) -> Self {
        let qualified = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let joined: Vec<String> = causes.iter().map(FieldError::sentence).collect();
        let sentence = match joined.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let mut error =
            Self::new(422, "Invalid", format!("{qualified} \"{name}\" is invalid: {sentence}"));
        error.details = json!({
            "name": name, "group": group, "kind": kind,
            "causes": causes.iter().map(|c| json!({
                "reason": c.reason, "field": c.field,
                "message": c.sentence().split_once(": ").map_or("", |(_, m)| m),
            })).collect::<Vec<_>>(),
        });
        error
    }

    /// The Status object.
    pub fn to_status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.code,
        });
        if !self.details.is_null() {
            status["details"] = self.details.clone();
        }
        status
    }

    /// The HTTP answer.
    pub fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.to_status().to_string()));
        *response.status_mut() =
            StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        response
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone)]
pub struct FieldError {
    /// `FieldValueRequired` and the like.
    pub reason: &'static str,
    /// Path of the field.
    pub field: String,
    /// What is wrong, without the value.
    pub message: String,
    /// The offending value, when showing it helps.
    pub value: Option<Value>,
}

impl FieldError {
    pub fn required(field: impl Into<String>, message: &str) -> Self {
        Self {
            reason: "FieldValueRequired",
            field: field.into(),
            message: message.to_owned(),
            value: None,
        }
    }

    pub fn invalid(field: impl Into<String>, value: &Value, message: impl Into<String>) -> Self {
        Self {
            reason: "FieldValueInvalid",
            field: field.into(),
            message: message.into(),
            value: Some(value.clone()),
        }
    }

    fn sentence(&self) -> String {
        match (&self.value, self.message.is_empty()) {
            (None, true) => format!("{}: Required value", self.field),
            (None, false) => format!("{}: Required value: {}", self.field, self.message),
            (Some(value), _) => format!("{}: Invalid value: {value}: {}", self.field, self.message),
        }
    }
}
