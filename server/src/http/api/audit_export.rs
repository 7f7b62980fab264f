//! The audit trail as a file, over the API.

use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use evenkeel_domain::view::Problem;
use evenkeel_services::Services;
use futures::stream;
use http::header;
use serde::Deserialize;

use crate::http::{caller::Asking, problem::ApiResult};

/// What to take.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct Wanted {
    /// Whether journals of incidents come with it.
    #[serde(default)]
    journals: bool,
}

/// The audit trail as a file of JSON Lines that `evenkeel audit verify` checks without a database:
/// a header, every record with the hash chain, the signed checkpoints, the journals if they are
/// wanted, a signed end. Nothing is redacted; the trail keeps who took it. A download that breaks
/// off has no end line and is refused everywhere.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "audit", params(Wanted),
    responses((status = 200, body = String, content_type = "application/jsonl"),
              (status = 403, body = Problem)))]
pub async fn download(
    State(services): State<Services>,
    Asking(caller): Asking,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Response> {
    let export = services.export_audit(&caller, wanted.journals).await?;
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
