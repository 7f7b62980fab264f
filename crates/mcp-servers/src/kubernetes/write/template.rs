//! Changing one container inside a workload's JSON.

use evenkeel_tools::ToolFailure;
use serde_json::Value;

use crate::kubernetes::errors::no_such_part;

/// The container of that name in the pod template, init containers included.
pub(super) fn container_mut<'a>(
    workload: &'a mut Value,
    name: &str,
) -> Result<&'a mut Value, ToolFailure> {
    let spec = workload.pointer_mut("/spec/template/spec").and_then(Value::as_object_mut);
    let mut known = Vec::new();
    if let Some(spec) = spec {
        for (key, value) in
            spec.iter_mut().filter(|(key, _)| *key == "containers" || *key == "initContainers")
        {
            let _ = key;
            for container in value.as_array_mut().into_iter().flatten() {
                let found =
                    container.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                if found == name {
                    return Ok(container);
                }
                known.push(found);
            }
        }
    }
    Err(no_such_part(
        format!("there is no container {name:?}; there are: {}", known.join(", ")),
        "Name one of the workload's containers.",
    ))
}
