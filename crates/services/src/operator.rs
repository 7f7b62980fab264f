//! What the operator at the command line may ask without being a signed-in person: they hold the
//! database and its key already.

use evenkeel_domain::{
    access::Caller,
    cluster::Cluster,
    id::OrganisationId,
    view::{Connection, UserLine},
};

use evenkeel_storage::access::Organisation;

use crate::{ServiceError, Services, people, sign_in};

impl Services {
    /// All organisations, oldest first.
    pub async fn organisations(&self) -> Result<Vec<Organisation>, ServiceError> {
        Ok(self.store().organisations().await?)
    }

    /// Whether the organisation has any cluster.
    pub async fn has_clusters(&self, organisation: OrganisationId) -> Result<bool, ServiceError> {
        Ok(!self.store().clusters(organisation).await?.is_empty())
    }

    /// The clusters of an organisation.
    pub async fn clusters_of(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<Cluster>, ServiceError> {
        let rows = self.store().clusters(organisation).await?;
        Ok(rows.into_iter().map(|row| row.cluster).collect())
    }

    /// The people of an organisation.
    pub async fn people(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<UserLine>, ServiceError> {
        Ok(self.store().users(organisation).await?.iter().map(people::line).collect())
    }

    /// The person with this address, as if signed in.
    pub async fn caller_by_email(&self, email: &str) -> Result<Option<Caller>, ServiceError> {
        let user = self.store().user_by_email(&email.trim().to_lowercase()).await?;
        Ok(user.as_ref().map(sign_in::caller))
    }

    /// Tests the connections of every cluster.
    pub async fn probe_all(&self) -> Result<Vec<(Cluster, Vec<Connection>)>, ServiceError> {
        let mut all = Vec::new();
        for organisation in self.store().organisations().await? {
            for row in self.store().clusters(organisation.id).await? {
                let connections = self.probe(&row).await?;
                all.push((row.cluster, connections));
            }
        }
        Ok(all)
    }
}
