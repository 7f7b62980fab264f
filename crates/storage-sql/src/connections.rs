//! Connections, the tools they offer, and what is sealed.

use evenkeel_domain::{
    Timestamp,
    audit::AuditRecord,
    connection::OfferedTool,
    id::{ConnectionId, OrganisationId},
};
use evenkeel_storage::{
    StorageError,
    connections::{ConnectionRow, HealthRow, Sealed, SealedFor, ToolPlace, ToolRow},
};

use crate::{
    column::{micros, to_json},
    rows::{ConnectionColumns, HealthColumns, SealedColumns, ToolColumns},
    statement::{Dialect, Statement},
    store::{SqlStore, Step},
};

const READING: &str = "reading connections";
const ADDING: &str = "adding a connection";
const OFFERING: &str = "keeping what a server offers";
const MISSING: &str = "connection";
const MISSING_TOOL: &str = "tool in that form";

/// Adds one.
pub async fn create(
    store: &impl SqlStore,
    row: &ConnectionRow,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let ConnectionRow { connection, secret_sealed } = row;
    let insert = Statement::new(
        "INSERT INTO connections (id, organisation, cluster, kind, name, settings, secret_sealed,
             allowed_networks, created_at, created_by, changed_at, changed_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
    )
    .bind(connection.id.to_string())
    .bind(connection.organisation.to_string())
    .bind(connection.cluster.map(|id| id.to_string()))
    .bind(connection.kind.as_str())
    .words(&connection.name)
    .words(&to_json(ADDING, &connection.settings)?)
    .bind(secret_sealed.as_deref())
    .words(&to_json(ADDING, &connection.allowed_networks)?)
    .bind(micros(connection.created_at))
    .words(&connection.created_by)
    .bind(micros(connection.changed_at))
    .words(&connection.changed_by);
    store.add(ADDING, "a connection of that name", insert, audit).await
}

/// Changes one that was last changed at `before`.
pub async fn change(
    store: &impl SqlStore,
    row: &ConnectionRow,
    before: Timestamp,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    const CHANGING: &str = "changing a connection";
    let ConnectionRow { connection, secret_sealed } = row;
    let update = Statement::new(
        "UPDATE connections SET settings = $4, secret_sealed = $5, allowed_networks = $6,
             changed_at = $7, changed_by = $8
         WHERE organisation = $1 AND id = $2 AND changed_at = $3",
    )
    .bind(connection.organisation.to_string())
    .bind(connection.id.to_string())
    .bind(micros(before))
    .words(&to_json(CHANGING, &connection.settings)?)
    .bind(secret_sealed.as_deref())
    .words(&to_json(CHANGING, &connection.allowed_networks)?)
    .bind(micros(connection.changed_at))
    .words(&connection.changed_by);
    let steps = vec![Step::must(update), forget_health(connection.organisation, connection.id)];
    store.all_audited(CHANGING, steps, audit, StorageError::Missing { what: MISSING }).await
}

/// How a connection did says nothing of what takes its place.
fn forget_health<D: Dialect>(organisation: OrganisationId, id: ConnectionId) -> Step<D> {
    Step::may(
        Statement::new(
            "DELETE FROM connection_health WHERE EXISTS (
                 SELECT 1 FROM connections r JOIN clusters c ON c.organisation = r.organisation
                 WHERE r.organisation = $1 AND r.id = $2 AND r.name = connection_health.server
                   AND c.id = connection_health.cluster AND (r.cluster IS NULL OR r.cluster = c.id))",
        )
        .bind(organisation.to_string())
        .bind(id.to_string()),
    )
}

/// Removes one and its tools.
pub async fn delete(
    store: &impl SqlStore,
    organisation: OrganisationId,
    id: ConnectionId,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let of = |sql| Statement::new(sql).bind(organisation.to_string()).bind(id.to_string());
    let steps = vec![
        forget_health(organisation, id),
        Step::must(of("DELETE FROM connections WHERE organisation = $1 AND id = $2")),
        Step::may(of("DELETE FROM connection_tools WHERE organisation = $1 AND source = $2")),
    ];
    let in_vain = StorageError::Missing { what: MISSING };
    store.all_audited("removing a connection", steps, audit, in_vain).await
}

/// An organisation's: those of all clusters first, then by cluster, by name.
pub async fn of(
    store: &impl SqlStore,
    organisation: OrganisationId,
) -> Result<Vec<ConnectionRow>, StorageError> {
    let select = Statement::new(
        "SELECT * FROM connections WHERE organisation = $1
         ORDER BY coalesce(cluster, ''), name",
    )
    .bind(organisation.to_string());
    let rows: Vec<ConnectionColumns> = store.all(READING, select).await?;
    rows.into_iter().map(ConnectionRow::try_from).collect()
}

/// What is known of the tools of an organisation's servers.
pub async fn tools(
    store: &impl SqlStore,
    organisation: OrganisationId,
) -> Result<Vec<ToolRow>, StorageError> {
    let select = Statement::new(
        "SELECT * FROM connection_tools WHERE organisation = $1 ORDER BY source, tool",
    )
    .bind(organisation.to_string());
    let rows: Vec<ToolColumns> = store.all(READING, select).await?;
    rows.into_iter().map(ToolRow::try_from).collect()
}

/// Keeps what a server offers now.
pub async fn offer(
    store: &impl SqlStore,
    organisation: OrganisationId,
    source: &str,
    tools: &[OfferedTool],
    at: Timestamp,
) -> Result<(), StorageError> {
    // First nothing is offered any more, then these are: all in one transaction.
    let mut steps = vec![
        Step::may(
            Statement::new(
                "UPDATE connection_tools SET offered = NULL, offered_hash = NULL, offered_at = $3
                 WHERE organisation = $1 AND source = $2",
            )
            .bind(organisation.to_string())
            .words(source)
            .bind(micros(at)),
        ),
        Step::may(
            Statement::new(
                "DELETE FROM connection_tools
                 WHERE organisation = $1 AND source = $2 AND pinned IS NULL",
            )
            .bind(organisation.to_string())
            .words(source),
        ),
    ];
    for OfferedTool { form, hash } in tools {
        let keep = Statement::new(
            "INSERT INTO connection_tools (organisation, source, tool, offered, offered_hash,
                 offered_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (organisation, source, tool) DO UPDATE
             SET offered = excluded.offered, offered_hash = excluded.offered_hash,
                 offered_at = excluded.offered_at",
        )
        .bind(organisation.to_string())
        .words(source)
        .words(&form.name)
        .words(&to_json(OFFERING, form)?)
        .words(hash)
        .bind(micros(at));
        steps.push(Step::may(keep));
    }
    let in_vain = StorageError::Missing { what: MISSING_TOOL };
    store.all_audited(OFFERING, steps, &[], in_vain).await
}

/// Approves a tool as it is offered.
pub async fn pin(
    store: &impl SqlStore,
    place: ToolPlace<'_>,
    hash: &str,
    by: &str,
    at: Timestamp,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = Statement::new(
        "UPDATE connection_tools SET pinned = offered, pinned_hash = offered_hash, pinned_at = $5,
             pinned_by = $6
         WHERE organisation = $1 AND source = $2 AND tool = $3 AND offered_hash = $4",
    )
    .bind(place.organisation.to_string())
    .words(place.source)
    .words(place.tool)
    .words(hash)
    .bind(micros(at))
    .words(by);
    store.change_one("approving a tool", MISSING_TOOL, update, audit).await
}

/// Takes an approval back.
pub async fn unpin(
    store: &impl SqlStore,
    place: ToolPlace<'_>,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = Statement::new(
        "UPDATE connection_tools SET pinned = NULL, pinned_hash = NULL, pinned_at = NULL,
             pinned_by = NULL
         WHERE organisation = $1 AND source = $2 AND tool = $3 AND pinned IS NOT NULL",
    )
    .bind(place.organisation.to_string())
    .words(place.source)
    .words(place.tool);
    store.change_one("taking an approval of a tool back", "approval", update, audit).await
}

/// Keeps how servers did.
pub async fn keep_health(store: &impl SqlStore, seen: &[HealthRow]) -> Result<(), StorageError> {
    const KEEPING: &str = "keeping how connections did";
    let mut steps = Vec::with_capacity(seen.len());
    // In one order, so that two processes never wait for each other.
    let mut seen: Vec<_> = seen.iter().collect();
    seen.sort_unstable_by(|a, b| (a.cluster, &a.server).cmp(&(b.cluster, &b.server)));
    for HealthRow { cluster, server, at, state } in seen {
        let upsert = Statement::new(
            "INSERT INTO connection_health (cluster, server, at, ok_at, state)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (cluster, server) DO UPDATE SET at = excluded.at, state = excluded.state,
                 ok_at = coalesce(excluded.ok_at, connection_health.ok_at)
             WHERE connection_health.at <= excluded.at",
        )
        .bind(cluster.to_string())
        .words(server)
        .bind(micros(*at))
        .bind(state.last_ok_at().map(micros))
        .words(&to_json(KEEPING, state)?);
        steps.push(Step::may(upsert));
    }
    store.all_audited(KEEPING, steps, &[], StorageError::Missing { what: MISSING }).await
}

/// How an organisation's did.
pub async fn health(
    store: &impl SqlStore,
    organisation: OrganisationId,
) -> Result<Vec<HealthRow>, StorageError> {
    let select = Statement::new(
        "SELECT h.* FROM connection_health h JOIN clusters c ON c.id = h.cluster
         WHERE c.organisation = $1 ORDER BY h.cluster, h.server",
    )
    .bind(organisation.to_string());
    let rows: Vec<HealthColumns> = store.all(READING, select).await?;
    rows.into_iter().map(HealthRow::try_from).collect()
}

/// Everything that is sealed.
pub async fn sealed(store: &impl SqlStore) -> Result<Vec<Sealed>, StorageError> {
    let select = Statement::new(
        "SELECT 'cluster' AS kind, id, organisation, kubeconfig_sealed AS sealed FROM clusters
         WHERE kubeconfig_sealed IS NOT NULL
         UNION ALL
         SELECT 'connection', id, organisation, secret_sealed FROM connections
         WHERE secret_sealed IS NOT NULL
         ORDER BY 1, 2",
    );
    let rows: Vec<SealedColumns> = store.all("reading what is sealed", select).await?;
    rows.into_iter().map(Sealed::try_from).collect()
}

/// Replaces sealed texts, all or none.
pub async fn reseal(
    store: &impl SqlStore,
    changes: &[(Sealed, Vec<u8>)],
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let steps = changes.iter().map(|(known, fresh)| {
        let (sql, id) = match known.owner {
            SealedFor::Cluster(id) => (
                "UPDATE clusters SET kubeconfig_sealed = $2
                 WHERE id = $1 AND kubeconfig_sealed = $3",
                id.to_string(),
            ),
            SealedFor::Connection(id) => (
                "UPDATE connections SET secret_sealed = $2
                 WHERE id = $1 AND secret_sealed = $3",
                id.to_string(),
            ),
        };
        let update = Statement::new(sql).bind(id).bind(fresh.as_slice());
        Step::must(update.bind(known.sealed.as_slice()))
    });
    let steps = steps.collect();
    store.all_audited("sealing with another key", steps, audit, StorageError::Conflict).await
}
