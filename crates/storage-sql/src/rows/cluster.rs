//! Clusters and their credentials.

use evenkeel_domain::cluster::{Cluster, EmergencyStop};
use evenkeel_storage::{StorageError, clusters::ClusterRow};
use sqlx::FromRow;

use crate::column::Row;

/// A row of `clusters`.
#[derive(FromRow)]
pub struct ClusterColumns {
    id: String,
    organisation: String,
    name: String,
    environment: String,
    prometheus_url: Option<String>,
    alertmanager_url: Option<String>,
    practice_range: bool,
    created_at: i64,
    token_hash: String,
    kubeconfig_sealed: Option<Vec<u8>>,
    stopped_by: Option<String>,
    stopped_at: Option<i64>,
    stopped_reason: Option<String>,
}

impl TryFrom<ClusterColumns> for ClusterRow {
    type Error = StorageError;

    fn try_from(row: ClusterColumns) -> Result<Self, StorageError> {
        let at = Row::of("clusters", &row.id);
        let stop = match (row.stopped_by, row.stopped_at, row.stopped_reason) {
            (Some(by), Some(when), Some(reason)) => {
                Some(EmergencyStop { by, at: at.time("stopped_at", when)?, reason })
            }
            _ => None,
        };
        Ok(Self {
            cluster: Cluster {
                id: at.word("id", &row.id)?,
                organisation: at.word("organisation", &row.organisation)?,
                environment: at.word("environment", &row.environment)?,
                created_at: at.time("created_at", row.created_at)?,
                name: row.name,
                prometheus_url: row.prometheus_url,
                alertmanager_url: row.alertmanager_url,
                kubernetes: row.kubeconfig_sealed.is_some(),
                practice_range: row.practice_range,
                stop,
            },
            token_hash: row.token_hash,
            kubeconfig_sealed: row.kubeconfig_sealed,
        })
    }
}
