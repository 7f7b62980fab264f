//! `checkout`: takes orders.

use std::sync::Arc;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Shop, log, prices};

/// What the bank needs to authorize a payment, at least and at most.
const PAYMENT: std::ops::Range<u64> = 320..400;
/// What reading the catalogue takes.
const CATALOGUE: Duration = Duration::from_millis(25);

/// An order.
#[derive(Debug, Deserialize, Serialize)]
pub struct Order {
    /// What is bought.
    pub items: Vec<Item>,
}

/// One line of an order.
#[derive(Debug, Deserialize, Serialize)]
pub struct Item {
    /// Article.
    pub sku: String,
    /// How many.
    pub quantity: u64,
}

/// The routes of this role.
pub fn routes() -> Router<Arc<Shop>> {
    Router::new().route("/checkout", post(checkout)).route("/products", get(products))
}

async fn products(State(shop): State<Arc<Shop>>) -> (StatusCode, Json<Value>) {
    let begin = Instant::now();
    let answer = match shop.workers.take().await {
        Some(_worker) => {
            tokio::time::sleep(CATALOGUE).await;
            (
                StatusCode::OK,
                Json(
                    json!({"products": ["TEA-250", "COF-500", "CUP-1", "POT-2", "FIL-100", "JAM-3"]}),
                ),
            )
        }
        None => overloaded(),
    };
    shop.metrics.request("GET", "/products", answer.0.as_u16(), begin.elapsed());
    answer
}

async fn checkout(
    State(shop): State<Arc<Shop>>,
    Json(order): Json<Order>,
) -> (StatusCode, Json<Value>) {
    let begin = Instant::now();
    let answer = match shop.workers.take().await {
        Some(_worker) => match place(&shop, &order).await {
            Ok(receipt) => (StatusCode::OK, Json(receipt)),
            Err((status, error)) => {
                log::error(&format!(
                    "msg=\"checkout failed\" status={} error={error:?}",
                    status.as_u16()
                ));
                (status, Json(json!({"error": error})))
            }
        },
        None => overloaded(),
    };
    shop.metrics.request("POST", "/checkout", answer.0.as_u16(), begin.elapsed());
    answer
}

fn overloaded() -> (StatusCode, Json<Value>) {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Json(json!({"error": "all workers are busy and the queue is full"})),
    )
}

async fn place(shop: &Shop, order: &Order) -> Result<Value, (StatusCode, String)> {
    let mut total = 0_u64;
    for item in &order.items {
        let price = prices::of(shop.release.prices, &item.sku)
            .map_err(|e| (StatusCode::INTERNAL_SERVER_ERROR, e))?;
        total = total.saturating_add(price.saturating_mul(item.quantity));
    }
    reserve(shop, order).await.map_err(|e| (StatusCode::BAD_GATEWAY, e))?;
    tokio::time::sleep(Duration::from_millis(rand::random_range(PAYMENT))).await;
    let document = json!({"order": order, "total": total});
    let signature = Sha256::digest(document.to_string().as_bytes());
    let id = u32::from_be_bytes([signature[0], signature[1], signature[2], signature[3]]);
    if let Some(size) = shop.release.receipt_cache {
        let page = vec![signature[4] | 1; size];
        shop.receipts.lock().unwrap_or_else(PoisonError::into_inner).push(page);
    }
    Ok(json!({"order": format!("{id:08x}"), "total": total}))
}

/// Asks the inventory for the items.
async fn reserve(shop: &Shop, order: &Order) -> Result<(), String> {
    let skus: Vec<&str> = order.items.iter().map(|item| item.sku.as_str()).collect();
    let url = format!("{}/stock?sku={}", shop.settings.inventory, skus.join(","));
    let begin = Instant::now();
    let answer = shop.client.get(&url).send().await;
    let took = begin.elapsed();
    let status = match &answer {
        Ok(answer) => answer.status().as_str().to_owned(),
        Err(error) if error.is_timeout() => "timeout".to_owned(),
        Err(_) => "unreachable".to_owned(),
    };
    shop.metrics.call("inventory", &status, took);
    if took > Duration::from_millis(250) {
        log::warn(&format!(
            "msg=\"slow call\" target=inventory status={status} took={}ms",
            took.as_millis()
        ));
    }
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("inventory answered {}", answer.status())),
        Err(error) => {
            Err(format!("asking inventory at {}: {status}: {error}", shop.settings.inventory))
        }
    }
}
