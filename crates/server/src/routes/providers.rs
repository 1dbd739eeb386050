//! Identity providers for administrators: list, create, read, change, delete, test.

use super::input::{Input, Path};
use super::sso::callback_url;
use crate::app::App;
use crate::auth::{Admin, Inspector};
use crate::client::From;
use crate::control::{Provider, ProviderSettings};
use crate::error::ApiResult;
use crate::sso::{Outcome, Step};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daybook_model::Timestamp;
use utoipa::ToSchema;

/// An identity provider, without its secret.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ProviderAnswer {
    id: String,
    #[serde(flatten)]
    settings: ProviderSettings,
    /// Whether a client secret is stored.
    has_client_secret: bool,
    /// What to register at the provider as redirect URI.
    callback_url: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl ProviderAnswer {
    fn new(provider: Provider, app: &App, from: &From) -> Self {
        Self {
            callback_url: callback_url(app, from, &provider.id),
            has_client_secret: provider.settings.client_secret.is_some(),
            id: provider.id,
            settings: provider.settings,
            created_at: provider.created_at,
        }
    }
}

/// All identity providers.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ProviderList {
    items: Vec<ProviderAnswer>,
}

/// What a test of a provider found.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct ProviderTest {
    /// Whether no step failed.
    ok: bool,
    steps: Vec<Step>,
}

/// All identity providers, by name.
#[utoipa::path(
    get,
    operation_id = "list_identity_providers",
    path = "/api/v1/identity-providers",
    tag = "sso",
    responses((status = 200, body = ProviderList)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Inspector,
    from: From,
) -> ApiResult<Json<ProviderList>> {
    let providers = app.control.providers().await?.into_iter();
    let items = providers.map(|provider| ProviderAnswer::new(provider, &app, &from));
    Ok(Json(ProviderList {
        items: items.collect(),
    }))
}

/// Add an identity provider.
#[utoipa::path(
    post,
    operation_id = "create_identity_provider",
    path = "/api/v1/identity-providers",
    tag = "sso",
    request_body = ProviderSettings,
    responses((status = 201, body = ProviderAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Admin(actor): Admin,
    from: From,
    Input(settings): Input<ProviderSettings>,
) -> ApiResult<(StatusCode, Json<ProviderAnswer>)> {
    let provider = app.control.create_provider(&actor, settings).await?;
    let answer = ProviderAnswer::new(provider, &app, &from);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// An identity provider.
#[utoipa::path(
    get,
    operation_id = "get_identity_provider",
    path = "/api/v1/identity-providers/{id}",
    tag = "sso",
    params(("id" = String, Path)),
    responses((status = 200, body = ProviderAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn get(
    State(app): State<App>,
    _: Inspector,
    from: From,
    Path(id): Path<String>,
) -> ApiResult<Json<ProviderAnswer>> {
    let provider = app.control.provider(&id).await?;
    Ok(Json(ProviderAnswer::new(provider, &app, &from)))
}

/// Change an identity provider: all its settings; without `client_secret` the secret stays.
#[utoipa::path(
    put,
    operation_id = "set_identity_provider",
    path = "/api/v1/identity-providers/{id}",
    tag = "sso",
    params(("id" = String, Path)),
    request_body = ProviderSettings,
    responses((status = 200, body = ProviderAnswer)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn set(
    State(app): State<App>,
    Admin(actor): Admin,
    from: From,
    Path(id): Path<String>,
    Input(settings): Input<ProviderSettings>,
) -> ApiResult<Json<ProviderAnswer>> {
    let provider = app.control.set_provider(&actor, &id, settings).await?;
    Ok(Json(ProviderAnswer::new(provider, &app, &from)))
}

/// Delete an identity provider. Its identities are unbound and the links of its claims end; accounts
/// and sessions stay.
#[utoipa::path(
    delete,
    operation_id = "delete_identity_provider",
    path = "/api/v1/identity-providers/{id}",
    tag = "sso",
    params(("id" = String, Path)),
    responses((status = 204, description = "Deleted.")),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn delete(
    State(app): State<App>,
    Admin(actor): Admin,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    app.control.delete_provider(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Test an identity provider: asks it for its metadata and keys and tries the client's credentials.
#[utoipa::path(
    post,
    operation_id = "test_identity_provider",
    path = "/api/v1/identity-providers/{id}/test",
    tag = "sso",
    params(("id" = String, Path)),
    responses((status = 200, body = ProviderTest)),
    security(("api_key" = []), ("session" = []))
)]
pub(crate) async fn test(
    State(app): State<App>,
    Admin(actor): Admin,
    from: From,
    Path(id): Path<String>,
) -> ApiResult<Json<ProviderTest>> {
    let mut steps = Vec::new();
    let tested = match app.control.provider(&id).await {
        Ok(provider) => {
            let callback = callback_url(&app, &from, &provider.id);
            steps = app.sso.probe(&provider, &callback).await;
            let ok = steps.iter().all(|step| step.outcome != Outcome::Failed);
            Ok((provider, ok))
        }
        Err(error) => Err(error),
    };
    let ok = app.control.provider_tested(&actor, &id, tested).await?;
    Ok(Json(ProviderTest { ok, steps }))
}
