//! What each release does differently.

use std::time::Duration;

use super::Role;

/// The behaviour of one release.
#[derive(Debug, Clone)]
pub struct Release {
    /// The price list that ships with it.
    pub prices: &'static str,
    /// An environment variable it cannot start without.
    pub requires: Option<&'static str>,
    /// A file it must have read before it is ready.
    pub index: Option<&'static str>,
    /// Keeps every receipt of this many bytes in memory.
    pub receipt_cache: Option<usize>,
    /// Stock is asked per warehouse, this many of them, instead of at once.
    pub warehouses: Option<u32>,
    /// How long one question to the stock database takes.
    pub stock_query: Duration,
}

impl Release {
    /// The behaviour of a role's release.
    pub fn of(role: Role, release: &str) -> Self {
        let mut this = Self {
            prices: super::prices::LIST,
            requires: None,
            index: None,
            receipt_cache: None,
            warehouses: None,
            stock_query: Duration::from_millis(6),
        };
        match (role, release) {
            // New price list, exported by another tool.
            (Role::Checkout, "1.5.0") => this.prices = super::prices::LIST_2,
            // Talks to the new payment gateway.
            (Role::Checkout, "1.5.1") => this.requires = Some("PAYMENT_GATEWAY_URL"),
            // Search in the cart, from an index on disk.
            (Role::Checkout, "1.5.3") => this.index = Some("/var/lib/shop/catalogue.idx"),
            // Receipts are kept for reprinting.
            (Role::Checkout, "1.6.0") => this.receipt_cache = Some(512 * 1024),
            // Stock per warehouse.
            (Role::Inventory, "2.2.0") => {
                this.warehouses = Some(12);
                this.stock_query = Duration::from_millis(50);
            }
            _ => {}
        }
        this
    }

    /// Whether the process can serve; the error says why not.
    pub fn warm_up(&self) -> Result<(), String> {
        match self.index {
            Some(path) => std::fs::metadata(path)
                .map(|_| ())
                .map_err(|e| format!("opening the catalogue index {path}: {e}")),
            None => Ok(()),
        }
    }
}
