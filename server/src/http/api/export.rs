//! An incident as a file, over the API.

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use evenkeel_domain::view::Problem;
use evenkeel_services::Services;
use futures::stream;
use http::header;

use super::id;
use crate::http::{caller::Asking, problem::ApiResult};

/// The incident as a file of JSON Lines: a header, its journal with the hash chain, the whole
/// answers of its tool calls, an end. Secrets and people's addresses are redacted; the audit
/// trail keeps who took it. A download that breaks off has no end line and is refused everywhere.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/export", tag = "incidents",
    params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "application/jsonl"),
              (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn download(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(incident): Path<String>,
) -> ApiResult<Response> {
    let export = services.export_incident(&caller, id(&incident)?).await?;
    let disposition = format!("attachment; filename=\"{}\"", export.file_name());
    let lines = stream::try_unfold(export, async |mut export| {
        match export.next_line().await {
            Ok(line) => Ok(line.map(|line| (Bytes::from(line), export))),
            // Logged by becoming a problem; the reader sees the connection break off.
            Err(error) => Err(std::io::Error::other(Problem::from(error).message)),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/jsonl".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}
