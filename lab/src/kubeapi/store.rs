//! The object store: versions, change history for watches, and a snapshot on disk.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::custom;
use super::resources::{Resource, by_plural};
use super::status::ApiError;
use crate::value::{at, name, namespace, now, put, put_default, random_uid, text};

/// Changes kept for watches that resume; older versions answer 410.
const HISTORY: usize = 2_000;

/// Where an object lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Plural of the resource.
    pub plural: &'static str,
    /// Namespace, empty for cluster-scoped objects.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl Key {
    pub fn new(resource: &Resource, namespace: &str, name: &str) -> Self {
        Self {
            plural: resource.plural,
            namespace: if resource.namespaced { namespace.to_owned() } else { String::new() },
            name: name.to_owned(),
        }
    }

    pub fn pod(namespace: &str, name: &str) -> Self {
        Self { plural: "pods", namespace: namespace.to_owned(), name: name.to_owned() }
    }

    fn qualified(&self) -> String {
        by_plural(self.plural).map_or_else(|| self.plural.to_owned(), Resource::qualified)
    }

    /// The 404 for this key.
    pub fn not_found(&self) -> ApiError {
        ApiError::not_found(&self.qualified(), &self.name)
    }

    /// The 409 for this key.
    pub fn conflict(&self) -> ApiError {
        ApiError::conflict(&self.qualified(), &self.name)
    }
}

/// One change, as watches see it.
#[derive(Debug)]
pub struct Change {
    /// Version of the store after the change.
    pub version: u64,
    /// Where.
    pub key: Key,
    /// The object before; `None` when it was created.
    pub before: Option<Arc<Value>>,
    /// The object after (its last state when it was deleted).
    pub object: Arc<Value>,
    /// It was deleted.
    pub deleted: bool,
}

#[derive(Default)]
struct Inner {
    version: u64,
    objects: BTreeMap<Key, Arc<Value>>,
    history: VecDeque<Arc<Change>>,
    /// Versions up to this one are no longer in `history`.
    forgotten: u64,
}

/// What a closure given to [`Store::update`] decided.
pub enum Update<T> {
    /// Keep the changed object.
    Store(T),
    /// Remove the object.
    Delete(T),
    /// Answer with the changed object but keep the old one (dry run).
    Discard(T),
}

/// All objects of the range.
pub struct Store {
    inner: Mutex<Inner>,
    changed: watch::Sender<u64>,
    file: Option<PathBuf>,
}

impl Store {
    /// An empty store, or the one saved in `file`.
    pub fn open(file: Option<&Path>) -> std::io::Result<Self> {
        let mut inner = Inner { version: 1, forgotten: 1, ..Inner::default() };
        if let Some(file) = file.filter(|f| f.exists()) {
            let saved: Value = serde_json::from_slice(&std::fs::read(file)?)?;
            inner.version = at(&saved, &["version"]).as_u64().unwrap_or(1);
            inner.forgotten = inner.version;
            // Definitions first: objects of what they define stand among the others.
            for item in at(&saved, &["objects"]).as_array().into_iter().flatten() {
                if text(item, &["plural"]) == custom::DEFINITIONS {
                    custom::define(at(item, &["object"]));
                }
            }
            for item in at(&saved, &["objects"]).as_array().into_iter().flatten() {
                if let Some(resource) = by_plural(text(item, &["plural"])) {
                    let object = at(item, &["object"]).clone();
                    let key = Key::new(resource, namespace(&object), name(&object));
                    inner.objects.insert(key, Arc::new(object));
                }
            }
        }
        Ok(Self {
            changed: watch::Sender::new(inner.version),
            inner: Mutex::new(inner),
            file: file.map(Path::to_owned),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A receiver that wakes at every change.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The current version.
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// One object.
    pub fn get(&self, key: &Key) -> Option<Arc<Value>> {
        self.lock().objects.get(key).cloned()
    }

    /// All objects of a resource (of one namespace), ordered by namespace and name, with the version.
    pub fn list(&self, plural: &'static str, namespace: Option<&str>) -> (Vec<Arc<Value>>, u64) {
        let inner = self.lock();
        let first = Key {
            plural,
            namespace: namespace.unwrap_or_default().to_owned(),
            name: String::new(),
        };
        let found = inner
            .objects
            .range(first..)
            .take_while(|(key, _)| {
                key.plural == plural && namespace.is_none_or(|ns| key.namespace == ns)
            })
            .map(|(_, object)| Arc::clone(object))
            .collect();
        (found, inner.version)
    }

    /// Changes after `version`; `None` when they are forgotten.
    pub fn changes_since(&self, version: u64) -> Option<Vec<Arc<Change>>> {
        let inner = self.lock();
        if version < inner.forgotten {
            return None;
        }
        let start = inner.history.partition_point(|change| change.version <= version);
        Some(inner.history.iter().skip(start).cloned().collect())
    }

    /// Creates an object; `dry_run` does everything but keep it.
    pub fn create(
        &self,
        key: &Key,
        mut object: Value,
        dry_run: bool,
    ) -> Result<Arc<Value>, ApiError> {
        let mut inner = self.lock();
        if inner.objects.contains_key(key) {
            return Err(ApiError::already_exists(&key.qualified(), &key.name));
        }
        put_default(&mut object, &["metadata", "uid"], json!(random_uid()));
        put(&mut object, &["metadata", "creationTimestamp"], json!(now()));
        put_default(&mut object, &["metadata", "name"], json!(key.name));
        if by_plural(key.plural).is_some_and(Resource::has_generation) {
            put(&mut object, &["metadata", "generation"], json!(1));
        }
        if dry_run {
            return Ok(Arc::new(object));
        }
        Ok(self.keep(&mut inner, key, None, object))
    }

    /// Changes an object under the lock: `change` sees a copy and decides.
    /// An unchanged object keeps its version.
    pub fn update<F>(&self, key: &Key, change: F) -> Result<Arc<Value>, ApiError>
    where
        F: FnOnce(&mut Value) -> Result<Update<()>, ApiError>,
    {
        let mut inner = self.lock();
        let Some(before) = inner.objects.get(key).cloned() else {
            return Err(key.not_found());
        };
        let mut after = (*before).clone();
        match change(&mut after)? {
            Update::Discard(()) => Ok(Arc::new(after)),
            Update::Store(()) if after == *before => Ok(before),
            Update::Store(()) => Ok(self.keep(&mut inner, key, Some(before), after)),
            Update::Delete(()) => {
                inner.version += 1;
                put(&mut after, &["metadata", "resourceVersion"], json!(inner.version.to_string()));
                inner.objects.remove(key);
                let after = Arc::new(after);
                let recorded = Arc::clone(&after);
                self.record(
                    &mut inner,
                    Change {
                        version: 0,
                        key: key.clone(),
                        before: Some(before),
                        object: recorded,
                        deleted: true,
                    },
                );
                Ok(after)
            }
        }
    }

    /// [`Store::update`] for controllers: missing objects are nothing to do.
    pub fn modify(&self, key: &Key, change: impl FnOnce(&mut Value)) {
        let _gone = self.update(key, |object| {
            change(object);
            Ok(Update::Store(()))
        });
    }

    /// Removes an object if it is there.
    pub fn delete(&self, key: &Key) {
        let _gone = self.update(key, |_| Ok(Update::Delete(())));
    }

    fn keep(
        &self,
        inner: &mut Inner,
        key: &Key,
        before: Option<Arc<Value>>,
        mut object: Value,
    ) -> Arc<Value> {
        inner.version += 1;
        put(&mut object, &["metadata", "resourceVersion"], json!(inner.version.to_string()));
        if key.plural == custom::DEFINITIONS {
            custom::define(&object);
        }
        let object = Arc::new(object);
        inner.objects.insert(key.clone(), Arc::clone(&object));
        let recorded = Arc::clone(&object);
        self.record(
            inner,
            Change { version: 0, key: key.clone(), before, object: recorded, deleted: false },
        );
        object
    }

    fn record(&self, inner: &mut Inner, mut change: Change) {
        change.version = inner.version;
        inner.history.push_back(Arc::new(change));
        while inner.history.len() > HISTORY {
            if let Some(old) = inner.history.pop_front() {
                inner.forgotten = old.version;
            }
        }
        self.changed.send_replace(inner.version);
    }

    /// Writes the snapshot; the old one stays until the new one is whole.
    pub fn save(&self) -> std::io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let (version, objects) = {
            let inner = self.lock();
            let pairs: Vec<(&'static str, Arc<Value>)> = inner
                .objects
                .iter()
                .map(|(key, object)| (key.plural, Arc::clone(object)))
                .collect();
            (inner.version, pairs)
        };
        let items: Vec<Value> = objects
            .iter()
            .map(|(plural, object)| json!({"plural": plural, "object": **object}))
            .collect();
        let partial = file.with_extension("partial");
        std::fs::write(&partial, json!({"version": version, "objects": items}).to_string())?;
        std::fs::rename(partial, file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key { plural: "configmaps", namespace: "a".into(), name: "x".into() }
    }

    fn object(data: &str) -> Value {
        json!({"metadata": {"name": "x", "namespace": "a"}, "data": {"k": data}})
    }

    #[test]
    fn unchanged_objects_keep_their_version() {
        let store = Store::open(None).unwrap();
        let made = store.create(&key(), object("1"), false).unwrap();
        let same = store.update(&key(), |_| Ok(Update::Store(()))).unwrap();
        assert_eq!(made, same);
        assert_eq!(store.changes_since(1).unwrap().len(), 1);
    }

    #[test]
    fn dry_run_keeps_nothing() {
        let store = Store::open(None).unwrap();
        store.create(&key(), object("1"), true).unwrap();
        assert!(store.get(&key()).is_none());
    }

    #[test]
    fn forgotten_versions_are_said_to_be() {
        let store = Store::open(None).unwrap();
        store.create(&key(), object("0"), false).unwrap();
        for n in 0..=HISTORY {
            store.modify(&key(), |o| put(o, &["data", "k"], json!(n.to_string())));
        }
        assert!(store.changes_since(1).is_none());
        assert!(store.changes_since(store.version() - 1).is_some());
    }

    #[test]
    fn a_snapshot_resumes() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("state.json");
        let store = Store::open(Some(&file)).unwrap();
        store.create(&key(), object("1"), false).unwrap();
        store.save().unwrap();
        let again = Store::open(Some(&file)).unwrap();
        assert_eq!(again.version(), store.version());
        assert_eq!(again.get(&key()), store.get(&key()));
    }
}
