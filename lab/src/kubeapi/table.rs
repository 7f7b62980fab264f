//! Tables: how `kubectl get` shows lists.

use std::sync::Arc;

use serde_json::{Value, json};

use super::read::metadata;
use super::resources::Resource;
use super::table_rows::row;
use crate::value::{age_seconds, text};

/// Column titles of a resource; those after `|` show with `-o wide` only.
fn columns(plural: &str) -> &'static str {
    match plural {
        "pods" => "Name,Ready,Status,Restarts,Age|IP,Node,Nominated Node,Readiness Gates",
        "deployments" => "Name,Ready,Up-to-date,Available,Age|Containers,Images,Selector",
        "replicasets" => "Name,Desired,Current,Ready,Age|Containers,Images,Selector",
        "services" => "Name,Type,Cluster-IP,External-IP,Port(s),Age|Selector",
        "endpoints" => "Name,Endpoints,Age",
        "endpointslices" => "Name,AddressType,Ports,Endpoints,Age",
        "nodes" => {
            "Name,Status,Roles,Age,Version|Internal-IP,External-IP,OS-Image,Kernel-Version,Container-Runtime"
        }
        "events" => "Last Seen,Type,Reason,Object,Message|Subobject,Source,First Seen,Count,Name",
        "configmaps" => "Name,Data,Age",
        "secrets" => "Name,Type,Data,Age",
        "namespaces" => "Name,Status,Age",
        "horizontalpodautoscalers" => "Name,Reference,MinPods,MaxPods,Replicas,Age",
        "persistentvolumeclaims" => "Name,Status,Volume,Capacity,Access Modes,StorageClass,Age",
        _ => "Name,Age",
    }
}

/// The Table of the objects.
pub fn of(resource: &Resource, objects: &[Arc<Value>], version: u64, paging: &Value) -> Value {
    let (usual, wide) =
        columns(resource.plural).split_once('|').unwrap_or((columns(resource.plural), ""));
    let definition = |title: &str, priority: i32| json!({"name": title, "type": "string", "format": if title == "Name" { "name" } else { "" }, "description": "", "priority": priority});
    let mut definitions: Vec<Value> = usual.split(',').map(|t| definition(t, 0)).collect();
    definitions.extend(wide.split(',').filter(|t| !t.is_empty()).map(|t| definition(t, 1)));
    let rows: Vec<Value> = objects
        .iter()
        .map(|object| {
            json!({
                "cells": row(resource.plural, object),
                "object": metadata(object),
            })
        })
        .collect();
    let mut metadata = if paging.is_object() { paging.clone() } else { json!({}) };
    metadata["resourceVersion"] = json!(version.to_string());
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "columnDefinitions": definitions, "rows": rows,
    })
}

/// How long ago, as kubectl writes it: `12s`, `3m4s`, `5h`, `2d`.
pub fn age(time: &str) -> String {
    let Some(seconds) = age_seconds(time) else { return "<unknown>".to_owned() };
    let s = seconds.max(0);
    match s {
        0..120 => format!("{s}s"),
        120..600 if s % 60 == 0 => format!("{}m", s / 60),
        120..600 => format!("{}m{}s", s / 60, s % 60),
        600..10_800 => format!("{}m", s / 60),
        10_800..172_800 => format!("{}h", s / 3_600),
        _ => format!("{}d", s / 86_400),
    }
}

/// The age of an object.
pub fn age_of(object: &Value) -> String {
    age(text(object, &["metadata", "creationTimestamp"]))
}
