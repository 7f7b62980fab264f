//! Domain values as Cedar entities. Identifiers are always built from a type and a text, never
//! parsed from one, so no name can be more than a name.

use std::collections::{HashMap, HashSet};

use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression, Schema};
use evenkeel_domain::{
    access::{Caller, Role},
    cluster::Environment,
    id::OrganisationId,
    object::{ObjectKind, ObjectRef},
};

use crate::{access::Resource, ask::Trouble};

/// Names of the entity types, looked up in the schema once.
pub(crate) struct Names {
    action: EntityTypeName,
    automation: EntityTypeName,
    cluster: EntityTypeName,
    environment: EntityTypeName,
    kind: EntityTypeName,
    organisation: EntityTypeName,
    role: EntityTypeName,
    token_scope: EntityTypeName,
    user: EntityTypeName,
    workload: EntityTypeName,
}

impl Names {
    /// Finds the types in `schema`, or says which one it lacks.
    pub(crate) fn of(schema: &Schema) -> Result<Self, String> {
        let find = |name: &str| {
            let mut types = schema.entity_types();
            let found = types.find(|it| it.basename() == name && it.namespace().is_empty());
            found.cloned().ok_or_else(|| format!("it declares no entity {name}"))
        };
        let action = schema.actions().find(|it| it.type_name().namespace().is_empty());
        Ok(Self {
            action: action.ok_or("it declares no action")?.type_name().clone(),
            automation: find("Automation")?,
            cluster: find("Cluster")?,
            environment: find("Environment")?,
            kind: find("Kind")?,
            organisation: find("Organisation")?,
            role: find("Role")?,
            token_scope: find("TokenScope")?,
            user: find("User")?,
            workload: find("Workload")?,
        })
    }

    pub(crate) fn action(&self, name: &str) -> EntityUid {
        uid(&self.action, name)
    }

    pub(crate) fn automation(&self) -> EntityUid {
        uid(&self.automation, "evenkeel")
    }

    pub(crate) fn role(&self, role: Role) -> EntityUid {
        uid(&self.role, role.as_str())
    }

    fn organisation(&self, id: OrganisationId) -> EntityUid {
        uid(&self.organisation, &id.to_string())
    }

    fn environment(&self, environment: Environment) -> RestrictedExpression {
        RestrictedExpression::new_entity_uid(uid(&self.environment, environment.as_str()))
    }

    fn kind(&self, kind: ObjectKind) -> RestrictedExpression {
        RestrictedExpression::new_entity_uid(uid(&self.kind, kind.as_str()))
    }
}

fn uid(of: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(of.clone(), EntityId::new(id))
}

/// The roles: each is also every lesser one.
pub(crate) fn roles(names: &Names) -> Vec<Entity> {
    let lesser = |at: usize| at.checked_sub(1).map(|below| names.role(Role::ALL[below]));
    Role::ALL
        .iter()
        .enumerate()
        .map(|(at, role)| Entity::new_no_attrs(names.role(*role), lesser(at).into_iter().collect()))
        .collect()
}

/// A caller as principal.
pub(crate) fn user(names: &Names, caller: &Caller) -> Result<Entity, Trouble> {
    let organisation =
        RestrictedExpression::new_entity_uid(names.organisation(caller.organisation));
    let mut attributes = HashMap::from([("organisation".to_owned(), organisation)]);
    if let Some((_, scope)) = caller.token {
        let scope = RestrictedExpression::new_entity_uid(uid(&names.token_scope, scope.as_str()));
        attributes.insert("token_scope".to_owned(), scope);
    }
    let name = uid(&names.user, &caller.user.to_string());
    Ok(Entity::new(name, attributes, HashSet::from([names.role(caller.role)]))?)
}

/// A cluster or an organisation as resource.
pub(crate) fn resource(names: &Names, resource: &Resource) -> Result<Entity, Trouble> {
    match *resource {
        Resource::Organisation(id) => {
            Ok(Entity::new_no_attrs(names.organisation(id), HashSet::new()))
        }
        Resource::Cluster { id, organisation, environment } => Ok(Entity::new(
            uid(&names.cluster, &id.to_string()),
            HashMap::from([("environment".to_owned(), names.environment(environment))]),
            HashSet::from([names.organisation(organisation)]),
        )?),
    }
}

/// An object of a cluster as resource.
pub(crate) fn workload(
    names: &Names,
    object: &ObjectRef,
    environment: Environment,
    replicas: Option<u32>,
    protected: bool,
) -> Result<Entity, Trouble> {
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let mut attributes = HashMap::from([
        ("kind".to_owned(), names.kind(object.kind)),
        ("namespace".to_owned(), text(&object.namespace)),
        ("name".to_owned(), text(&object.name)),
        ("environment".to_owned(), names.environment(environment)),
        ("protected".to_owned(), RestrictedExpression::new_bool(protected)),
    ]);
    if let Some(replicas) = replicas {
        attributes.insert("replicas".to_owned(), RestrictedExpression::new_long(replicas.into()));
    }
    Ok(Entity::new(uid(&names.workload, &workload_id(object)), attributes, HashSet::new())?)
}

/// `Deployment/shop/checkout`, with `%` and `/` within a part escaped, so that no two objects
/// share an id whatever they are called.
fn workload_id(object: &ObjectRef) -> String {
    let part = |text: &str| text.replace('%', "%25").replace('/', "%2F");
    format!("{}/{}/{}", object.kind.as_str(), part(&object.namespace), part(&object.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_objects_share_an_id() {
        let id = |namespace: &str, name: &str| workload_id(&ObjectRef::deployment(namespace, name));
        assert_eq!(id("shop", "checkout"), "Deployment/shop/checkout");
        assert_ne!(id("a/b", "c"), id("a", "b/c"));
        assert_ne!(id("a%2Fb", "c"), id("a/b", "c"));
        assert_ne!(id("", "a/b"), id("a", "b"));
    }
}
