//! What the chains are checked by.

use async_trait::async_trait;
use evenkeel_domain::{
    audit::AuditRecord,
    id::{IncidentId, OrganisationId},
    proof::Verification,
};
use evenkeel_engine::{
    audit_chain::AuditHead,
    checkpoint::Checkpoint,
    proof::{AuditRow, JournalHead, JournalRow},
};
use evenkeel_storage::{ProofStore, StorageError, proof::Unanchored};

use crate::rows::{CheckpointRow, HeadRow, RawAuditRow, RawJournalRow, UnanchoredRow};
use crate::{
    PostgresStore, audit,
    column::{Row, number, to_json},
    error::failed,
};

const CHECKING: &str = "reading what chains are checked by";
const KEEPING: &str = "keeping a verification";
const ANCHORING: &str = "keeping where journals end";

#[async_trait]
impl ProofStore for PostgresStore {
    async fn audit_rows(
        &self,
        organisation: OrganisationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StorageError> {
        let rows: Vec<RawAuditRow> = sqlx::query_as(
            "SELECT * FROM audit WHERE organisation = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(organisation.to_string())
        .bind(number(after))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed(CHECKING))?;
        Ok(rows.into_iter().map(AuditRow::from).collect())
    }

    async fn audit_end(&self, organisation: OrganisationId) -> Result<AuditHead, StorageError> {
        let last: Option<(i64, String)> = sqlx::query_as(
            "SELECT seq, hash FROM audit WHERE organisation = $1 AND seq IS NOT NULL
             ORDER BY seq DESC LIMIT 1",
        )
        .bind(organisation.to_string())
        .fetch_optional(&self.pool)
        .await
        .map_err(failed(CHECKING))?;
        let Some((seq, hash)) = last else { return Ok(AuditHead::default()) };
        Ok(AuditHead { seq: Row::of("audit", &organisation).count("seq", seq)?, hash })
    }

    async fn audit_stray(
        &self,
        organisation: OrganisationId,
        until: u64,
    ) -> Result<Option<String>, StorageError> {
        let outside: Option<String> = sqlx::query_scalar(
            "SELECT id FROM audit
             WHERE organisation = $1 AND (seq IS NULL OR seq < 1 OR hash IS NULL) LIMIT 1",
        )
        .bind(organisation.to_string())
        .fetch_optional(&self.pool)
        .await
        .map_err(failed(CHECKING))?;
        if outside.is_some() {
            return Ok(outside);
        }
        sqlx::query_scalar(
            "SELECT max(id) FROM audit WHERE organisation = $1 AND seq <= $2
             GROUP BY seq HAVING count(*) > 1 LIMIT 1",
        )
        .bind(organisation.to_string())
        .bind(number(until))
        .fetch_optional(&self.pool)
        .await
        .map_err(failed(CHECKING))
    }

    async fn journal_rows(
        &self,
        incident: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, StorageError> {
        let rows: Vec<RawJournalRow> = sqlx::query_as(
            "SELECT seq, at, event, hash FROM journal
             WHERE incident = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(incident)
        .bind(number(after))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed(CHECKING))?;
        Ok(rows.into_iter().map(JournalRow::from).collect())
    }

    async fn journal_hash(&self, incident: &str, seq: u64) -> Result<Option<String>, StorageError> {
        sqlx::query_scalar("SELECT hash FROM journal WHERE incident = $1 AND seq = $2")
            .bind(incident)
            .bind(number(seq))
            .fetch_optional(&self.pool)
            .await
            .map_err(failed(CHECKING))
    }

    async fn journal_heads(
        &self,
        organisation: OrganisationId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<JournalHead>, StorageError> {
        let rows: Vec<HeadRow> = sqlx::query_as(
            "SELECT id, head_seq, head_hash FROM incidents
             WHERE organisation = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(organisation.to_string())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed(CHECKING))?;
        Ok(rows.into_iter().map(JournalHead::from).collect())
    }

    async fn unanchored(
        &self,
        organisation: OrganisationId,
        since: IncidentId,
        limit: u32,
    ) -> Result<Vec<Unanchored>, StorageError> {
        // Three ways to the same rows, each with an index of its own.
        let rows: Vec<UnanchoredRow> = sqlx::query_as(
            "SELECT i.id, i.head_seq, i.head_hash, i.closed_at
             FROM clusters c JOIN incidents i ON i.cluster = c.id AND i.closed_at IS NULL
             LEFT JOIN journal_anchors a ON a.incident = i.id
             WHERE c.organisation = $1 AND i.head_seq > coalesce(a.seq, 0)
             UNION
             SELECT i.id, i.head_seq, i.head_hash, i.closed_at
             FROM incidents i LEFT JOIN journal_anchors a ON a.incident = i.id
             WHERE i.organisation = $1 AND i.id >= $2 AND i.head_seq > coalesce(a.seq, 0)
             UNION
             SELECT i.id, i.head_seq, i.head_hash, i.closed_at
             FROM journal_anchors a JOIN incidents i ON i.id = a.incident
             WHERE a.organisation = $1 AND a.open = 1
                 AND (i.head_seq > a.seq OR i.closed_at IS NOT NULL)
             ORDER BY 1 LIMIT $3",
        )
        .bind(organisation.to_string())
        .bind(since.to_string())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed(ANCHORING))?;
        Ok(rows.into_iter().map(Unanchored::from).collect())
    }

    async fn anchor(
        &self,
        record: &AuditRecord,
        journals: &[Unanchored],
    ) -> Result<(), StorageError> {
        let mut work = self.begin(ANCHORING).await?;
        for Unanchored { head, open } in journals {
            sqlx::query(
                "INSERT INTO journal_anchors (incident, organisation, seq, open)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (incident) DO UPDATE SET seq = excluded.seq, open = excluded.open",
            )
            .bind(head.incident.as_str())
            .bind(record.organisation.to_string())
            .bind(number(head.seq))
            .bind(i64::from(*open))
            .execute(work.connection())
            .await
            .map_err(failed(ANCHORING))?;
        }
        audit::keep(work.connection(), std::slice::from_ref(record)).await?;
        work.commit().await
    }

    async fn add_checkpoint(&self, checkpoint: &Checkpoint) -> Result<bool, StorageError> {
        let insert = sqlx::query(
            "INSERT INTO audit_checkpoints
                 (organisation, number, seq, hash, at, signer, signature)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organisation, number) DO NOTHING",
        )
        .bind(checkpoint.organisation.to_string())
        .bind(number(checkpoint.number))
        .bind(number(checkpoint.seq))
        .bind(checkpoint.hash.as_str())
        .bind(checkpoint.at_us)
        .bind(checkpoint.key.as_str())
        .bind(checkpoint.signature.as_str());
        Ok(self.change("keeping a checkpoint", insert).await? > 0)
    }

    async fn checkpoints(
        &self,
        organisation: OrganisationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Checkpoint>, StorageError> {
        let rows: Vec<CheckpointRow> = sqlx::query_as(
            "SELECT * FROM audit_checkpoints WHERE organisation = $1 AND number > $2
             ORDER BY number LIMIT $3",
        )
        .bind(organisation.to_string())
        .bind(number(after))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed(CHECKING))?;
        rows.into_iter().map(Checkpoint::try_from).collect()
    }

    async fn last_checkpoint(
        &self,
        organisation: OrganisationId,
    ) -> Result<Option<Checkpoint>, StorageError> {
        let row: Option<CheckpointRow> = sqlx::query_as(
            "SELECT * FROM audit_checkpoints WHERE organisation = $1
             ORDER BY number DESC LIMIT 1",
        )
        .bind(organisation.to_string())
        .fetch_optional(&self.pool)
        .await
        .map_err(failed(CHECKING))?;
        row.map(Checkpoint::try_from).transpose()
    }

    async fn keep_verification(&self, verification: &Verification) -> Result<(), StorageError> {
        let upsert = sqlx::query(
            "INSERT INTO audit_verifications (organisation, found) VALUES ($1, $2)
             ON CONFLICT (organisation) DO UPDATE SET found = excluded.found",
        )
        .bind(verification.organisation.to_string())
        .bind(to_json(KEEPING, verification)?);
        self.change(KEEPING, upsert).await.map(drop)
    }

    async fn verifications(&self) -> Result<Vec<Verification>, StorageError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT organisation, found FROM audit_verifications ORDER BY organisation",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(failed(CHECKING))?;
        rows.into_iter()
            .map(|(id, found)| Row::of("audit_verifications", &id).json("found", &found))
            .collect()
    }
}
