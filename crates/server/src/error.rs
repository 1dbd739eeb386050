//! The one error type of the API. Handlers return it; [`crate::envelope`] writes it as JSON, for
//! only there the request's id is known.

use crate::control::{ControlError, Role};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use daybook_model::StoreError;
use daybook_model::params::ParamError;

/// What handlers answer.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

/// A refusal or a failure, as the caller may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) field: Option<String>,
    pub(crate) retry_after_s: Option<u64>,
    /// For the log of the operator, never for the caller.
    pub(crate) cause: Option<String>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            field: None,
            retry_after_s: None,
            cause: None,
        }
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::bad_request("invalid", message).about(field)
    }

    pub(crate) fn unauthorized(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    pub(crate) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    /// The refusal of an account whose role lacks a right, naming those that have it.
    pub(crate) fn not_for(role: Role, right: impl Fn(Role) -> bool, what: &str) -> Self {
        let able = Role::ALL.into_iter().filter(|role| right(*role));
        let able: Vec<&str> = able.map(Role::name).collect();
        let able = able.join(" or ");
        let message = format!("{what} needs the role {able}; yours is {role}");
        Self::forbidden("forbidden", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// A body that came too slowly. What is left of it is not waited for.
    pub(crate) fn too_slow() -> Self {
        let message = "the body arrived too slowly, or nothing was sent for too long";
        Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", message)
    }

    /// A refusal for the moment.
    pub(crate) fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message);
        error.retry_after_s = Some(5);
        error
    }

    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        let mut error = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong inside Daybook; its log tells more under this request_id",
        );
        error.cause = Some(cause.into());
        error
    }

    /// Names the parameter or field at fault.
    pub(crate) fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    fn caused_by(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after_s {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::REQUEST_TIMEOUT {
            let headers = response.headers_mut();
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let headers = response.headers_mut();
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => Self::unavailable("store_unavailable", error.to_string()),
            StoreError::Busy(_) => Self {
                retry_after_s: Some(1),
                ..Self::unavailable("store_busy", error.to_string())
            },
            StoreError::Limit(limit) => Self::bad_request("limit", limit),
            StoreError::Damaged(what) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "damaged_data",
                format!("stored data is damaged and not served: {what}. Restore a backup, or ask for another range of time"),
            )
            .caused_by(error.to_string()),
            StoreError::Internal(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<ParamError> for ApiError {
    fn from(error: ParamError) -> Self {
        let message = error.to_string();
        Self::bad_request("invalid_parameter", message).about(error.parameter)
    }
}

impl From<ControlError> for ApiError {
    fn from(error: ControlError) -> Self {
        let message = error.to_string();
        match error {
            ControlError::Invalid { field, .. } => Self::invalid(field, message),
            ControlError::NotFound(_) => Self::not_found(message),
            ControlError::Exists(_) => Self::new(StatusCode::CONFLICT, "exists", message),
            ControlError::TicketInvalid => {
                Self::new(StatusCode::NOT_FOUND, "ticket_invalid", message)
            }
            ControlError::WrongState(_) => Self::new(StatusCode::CONFLICT, "wrong_state", message),
            ControlError::LastAdmin => Self::new(StatusCode::CONFLICT, "last_admin", message),
            ControlError::NotAllowed => Self::forbidden("forbidden", message),
            ControlError::SignUpOff => Self::forbidden("sign_up_off", message),
            ControlError::Held { .. } => Self::new(StatusCode::CONFLICT, "held", message),
            ControlError::WrongCredentials => Self::unauthorized("wrong_credentials", message),
            ControlError::MfaRequired => Self::unauthorized("mfa_required", message),
            ControlError::WrongCode { .. } => Self::unauthorized("wrong_code", message),
            ControlError::CodeRefused => Self::forbidden("wrong_code", message),
            ControlError::WrongPassword => Self::forbidden("wrong_password", message),
            ControlError::MfaRequiredByRole => Self::forbidden("mfa_required_by_role", message),
            ControlError::WrongSetupToken => Self::forbidden("wrong_setup_token", message),
            ControlError::SsoRefused { code, .. } => Self::forbidden(code, message),
            ControlError::Throttled(seconds) => {
                let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "throttled", message);
                error.retry_after_s = Some(seconds);
                error
            }
            ControlError::AuditUnavailable(_) => Self::unavailable("audit_unavailable", message),
            ControlError::Busy => Self::unavailable("busy", message),
            // A full or locked disk passes; callers may try again.
            ControlError::Database(_) => Self::unavailable(
                "control_unavailable",
                "accounts and keys cannot be read or changed now",
            )
            .caused_by(message),
            ControlError::DataDir { .. }
            | ControlError::Migration(_)
            | ControlError::Internal(_) => Self::internal(message),
        }
    }
}
