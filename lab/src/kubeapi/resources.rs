//! Which resources the range serves by itself. To add one, add a line to [`RESOURCES`].

/// One served resource.
#[derive(Debug)]
pub struct Resource {
    /// API group, empty for core.
    pub group: &'static str,
    /// API version.
    pub version: &'static str,
    /// Lower-case plural, as in paths.
    pub plural: &'static str,
    /// Lower-case singular.
    pub singular: &'static str,
    /// Kind.
    pub kind: &'static str,
    /// Lives in a namespace.
    pub namespaced: bool,
    /// kubectl's short names.
    pub short: &'static [&'static str],
    /// Sub-resources (`status`, `scale`, `log`).
    pub subresources: &'static [&'static str],
    /// Defined by an object in the store, not by this table.
    pub custom: bool,
}

impl Resource {
    /// `deployments.apps`, or `pods` in the core group.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// `apps/v1`, or `v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether a change of `spec` bumps `metadata.generation`.
    pub fn has_generation(&self) -> bool {
        self.custom
            || matches!(
                self.plural,
                "deployments"
                    | "replicasets"
                    | "statefulsets"
                    | "daemonsets"
                    | "jobs"
                    | "cronjobs"
                    | "poddisruptionbudgets"
                    | "pods"
            )
    }

    /// Whether `status` is written only through the sub-resource.
    pub fn has_status(&self) -> bool {
        self.subresources.contains(&"status")
    }
}

const fn res(
    gv: (&'static str, &'static str),
    plural: &'static str,
    singular: &'static str,
    kind: &'static str,
    namespaced: bool,
    short: &'static [&'static str],
    subresources: &'static [&'static str],
) -> Resource {
    Resource {
        group: gv.0,
        version: gv.1,
        plural,
        singular,
        kind,
        namespaced,
        short,
        subresources,
        custom: false,
    }
}

const CORE: (&str, &str) = ("", "v1");
const APPS: (&str, &str) = ("apps", "v1");
const RBAC: (&str, &str) = ("rbac.authorization.k8s.io", "v1");
const STATUS: &[&str] = &["status"];
const STATUS_SCALE: &[&str] = &["status", "scale"];

/// Every stored resource.
pub static RESOURCES: &[Resource] = &[
    res(CORE, "configmaps", "configmap", "ConfigMap", true, &["cm"], &[]),
    res(CORE, "endpoints", "endpoints", "Endpoints", true, &["ep"], &[]),
    res(CORE, "events", "event", "Event", true, &["ev"], &[]),
    res(CORE, "limitranges", "limitrange", "LimitRange", true, &["limits"], &[]),
    res(CORE, "namespaces", "namespace", "Namespace", false, &["ns"], STATUS),
    res(CORE, "nodes", "node", "Node", false, &["no"], STATUS),
    res(
        CORE,
        "persistentvolumeclaims",
        "persistentvolumeclaim",
        "PersistentVolumeClaim",
        true,
        &["pvc"],
        STATUS,
    ),
    res(CORE, "persistentvolumes", "persistentvolume", "PersistentVolume", false, &["pv"], STATUS),
    res(CORE, "pods", "pod", "Pod", true, &["po"], &["status", "log"]),
    res(
        CORE,
        "replicationcontrollers",
        "replicationcontroller",
        "ReplicationController",
        true,
        &["rc"],
        STATUS_SCALE,
    ),
    res(CORE, "resourcequotas", "resourcequota", "ResourceQuota", true, &["quota"], STATUS),
    res(CORE, "secrets", "secret", "Secret", true, &[], &[]),
    res(CORE, "serviceaccounts", "serviceaccount", "ServiceAccount", true, &["sa"], &[]),
    res(CORE, "services", "service", "Service", true, &["svc"], STATUS),
    res(APPS, "controllerrevisions", "controllerrevision", "ControllerRevision", true, &[], &[]),
    res(APPS, "daemonsets", "daemonset", "DaemonSet", true, &["ds"], STATUS),
    res(APPS, "deployments", "deployment", "Deployment", true, &["deploy"], STATUS_SCALE),
    res(APPS, "replicasets", "replicaset", "ReplicaSet", true, &["rs"], STATUS_SCALE),
    res(APPS, "statefulsets", "statefulset", "StatefulSet", true, &["sts"], STATUS_SCALE),
    res(
        ("autoscaling", "v2"),
        "horizontalpodautoscalers",
        "horizontalpodautoscaler",
        "HorizontalPodAutoscaler",
        true,
        &["hpa"],
        STATUS,
    ),
    res(
        ("apiextensions.k8s.io", "v1"),
        super::custom::DEFINITIONS,
        "customresourcedefinition",
        "CustomResourceDefinition",
        false,
        &["crd"],
        STATUS,
    ),
    res(("batch", "v1"), "cronjobs", "cronjob", "CronJob", true, &["cj"], STATUS),
    res(("batch", "v1"), "jobs", "job", "Job", true, &[], STATUS),
    res(("coordination.k8s.io", "v1"), "leases", "lease", "Lease", true, &[], &[]),
    res(
        ("discovery.k8s.io", "v1"),
        "endpointslices",
        "endpointslice",
        "EndpointSlice",
        true,
        &[],
        &[],
    ),
    res(("networking.k8s.io", "v1"), "ingresses", "ingress", "Ingress", true, &["ing"], STATUS),
    res(
        ("networking.k8s.io", "v1"),
        "networkpolicies",
        "networkpolicy",
        "NetworkPolicy",
        true,
        &["netpol"],
        &[],
    ),
    res(
        ("policy", "v1"),
        "poddisruptionbudgets",
        "poddisruptionbudget",
        "PodDisruptionBudget",
        true,
        &["pdb"],
        STATUS,
    ),
    res(RBAC, "clusterrolebindings", "clusterrolebinding", "ClusterRoleBinding", false, &[], &[]),
    res(RBAC, "clusterroles", "clusterrole", "ClusterRole", false, &[], &[]),
    res(RBAC, "rolebindings", "rolebinding", "RoleBinding", true, &[], &[]),
    res(RBAC, "roles", "role", "Role", true, &[], &[]),
    res(
        ("storage.k8s.io", "v1"),
        "storageclasses",
        "storageclass",
        "StorageClass",
        false,
        &["sc"],
        &[],
    ),
];

/// The resource at a group, version and plural.
pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Resource> {
    RESOURCES
        .iter()
        .find(|r| r.group == group && r.version == version && r.plural == plural)
        .or_else(|| super::custom::find(group, version, plural))
}

/// The resource by plural alone; plurals are unique in the range.
pub fn by_plural(plural: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|r| r.plural == plural).or_else(|| super::custom::by_plural(plural))
}
