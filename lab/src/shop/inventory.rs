//! `inventory`: knows what is in stock.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Shop, log};

#[derive(Deserialize)]
struct Question {
    sku: String,
}

/// The routes of this role.
pub fn routes() -> Router<Arc<Shop>> {
    Router::new().route("/stock", get(stock))
}

async fn stock(
    State(shop): State<Arc<Shop>>,
    Query(question): Query<Question>,
) -> (StatusCode, Json<Value>) {
    let begin = Instant::now();
    let answer = match shop.workers.take().await {
        Some(_worker) => {
            let queries = shop.release.warehouses.unwrap_or(1);
            for _ in 0..queries {
                tokio::time::sleep(shop.release.stock_query).await;
            }
            if queries > 1 {
                log::warn(&format!(
                    "msg=\"slow stock lookup\" queries={queries} took={}ms",
                    begin.elapsed().as_millis()
                ));
            }
            let found: Map<String, Value> = question
                .sku
                .split(',')
                .take(100)
                .map(|sku| {
                    (sku.to_owned(), json!(sku.bytes().map(u64::from).sum::<u64>() % 90 + 10))
                })
                .collect();
            (StatusCode::OK, Json(Value::Object(found)))
        }
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({"error": "all workers are busy and the queue is full"})),
        ),
    };
    shop.metrics.request("GET", "/stock", answer.0.as_u16(), begin.elapsed());
    answer
}
