//! ControllerRevisions: the templates that a StatefulSet or DaemonSet has had.

use std::sync::Arc;

use serde_json::{Value, json};

use super::event::fnv;
use super::garbage;
use crate::kubeapi::store::{Key, Store};
use crate::value::{
    at, canonical, controller_of, int, name, namespace, put, put_default, text, uid,
};

const PLURAL: &str = "controllerrevisions";
/// Kubernetes' default.
const HISTORY: i64 = 10;

/// The revision of the present template, made or numbered anew where it is not the newest.
pub struct Present {
    /// Name of the ControllerRevision.
    pub name: String,
    /// The hash in it.
    pub hash: String,
}

/// Keeps the history of `owner` and says which revision is the present one. `hash_label` is the
/// label under which the kind's controller notes the hash.
pub fn keep(store: &Store, owner: &Value, hash_label: &str) -> Option<Present> {
    let all = owned(store, owner);
    let data = data(owner);
    let newest = all.iter().map(|revision| int(revision, &["revision"])).max().unwrap_or_default();
    let same = |revision: &&Arc<Value>| canonical(at(revision, &["data"])) == canonical(&data);
    let found = all.iter().rev().find(same).cloned();
    let present = match found {
        Some(found) => {
            if int(&found, &["revision"]) < newest {
                // Gone back to: the old object gets the highest number.
                store.modify(&key(&found), |it| put(it, &["revision"], json!(newest + 1)));
            }
            found
        }
        None => make(store, owner, data, newest + 1, hash_label)?,
    };
    forget_old(store, owner, &present);
    Some(Present {
        name: name(&present).to_owned(),
        hash: text(&present, &["metadata", "labels", hash_label]).to_owned(),
    })
}

fn key(revision: &Value) -> Key {
    Key {
        plural: PLURAL,
        namespace: namespace(revision).to_owned(),
        name: name(revision).to_owned(),
    }
}

/// The history, oldest first.
fn owned(store: &Store, owner: &Value) -> Vec<Arc<Value>> {
    let mut all: Vec<Arc<Value>> = store
        .list(PLURAL, Some(namespace(owner)))
        .0
        .into_iter()
        .filter(|it| controller_of(it).is_some_and(|(_, _, of)| of == uid(owner)))
        .collect();
    all.sort_by_key(|revision| int(revision, &["revision"]));
    all
}

/// A patch that puts the template back whole, as the real controllers keep it.
fn data(owner: &Value) -> Value {
    let mut template = at(owner, &["spec", "template"]).clone();
    put(&mut template, &["$patch"], json!("replace"));
    json!({"spec": {"template": template}})
}

fn make(
    store: &Store,
    owner: &Value,
    data: Value,
    number: i64,
    hash_label: &str,
) -> Option<Arc<Value>> {
    (0..8).find_map(|salt: u32| {
        let hash = format!("{:08x}", fnv(&format!("{}{salt}", canonical(&data))) & 0xffff_ffff);
        let own = format!("{}-{hash}", name(owner));
        let mut revision = json!({
            "kind": "ControllerRevision", "apiVersion": "apps/v1",
            "metadata": {
                "name": own, "namespace": namespace(owner),
                "labels": at(owner, &["spec", "template", "metadata", "labels"]),
                "ownerReferences": [{
                    "apiVersion": "apps/v1", "kind": text(owner, &["kind"]), "name": name(owner),
                    "uid": uid(owner), "controller": true, "blockOwnerDeletion": true,
                }],
            },
            "data": data, "revision": number,
        });
        put(&mut revision, &["metadata", "labels", hash_label], json!(hash));
        let cause = at(owner, &["metadata", "annotations", "kubernetes.io/change-cause"]);
        if !cause.is_null() {
            let path = ["metadata", "annotations", "kubernetes.io/change-cause"];
            put_default(&mut revision, &path, cause.clone());
        }
        let key = key(&revision);
        // A taken name is a hash collision: try the next salt.
        store.create(&key, revision, false).ok()
    })
}

fn forget_old(store: &Store, owner: &Value, present: &Value) {
    let limit = at(owner, &["spec", "revisionHistoryLimit"]).as_i64().unwrap_or(HISTORY);
    let limit = usize::try_from(limit).unwrap_or(10);
    let old: Vec<_> =
        owned(store, owner).into_iter().filter(|it| uid(it) != uid(present)).collect();
    for revision in old.iter().take(old.len().saturating_sub(limit)) {
        garbage::remove(store, PLURAL, revision);
    }
}
