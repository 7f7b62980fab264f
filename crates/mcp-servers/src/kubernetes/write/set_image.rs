//! `set_image`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{SetImageArgs, WriteResult};
use serde_json::json;

use super::apply::{Change, apply, undo_call};
use super::report::summary;
use super::template::container_mut;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct SetImage;

impl Tool<Kube> for SetImage {
    type Args = SetImageArgs;
    const TITLE: &'static str = "Set an image";
    const DESCRIPTION: &'static str = "Changes the image of one container, which starts a rollout.";

    async fn call(kube: &Kube, args: SetImageArgs) -> Result<WriteResult, ToolFailure> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
        if args.image.is_empty() || args.image.len() > 512 || !args.image.chars().all(plain) {
            return Err(bad_arguments(format!("{:?} isn't the name of an image", args.image)));
        }
        apply(kube, &args, |object| {
            let container = container_mut(object, &args.container)?;
            let before = container["image"].clone();
            container["image"] = json!(args.image);
            let undo = undo_call::<SetImageArgs>(json!({
                "namespace": args.namespace,
                "name": args.name,
                "kind": args.kind,
                "container": args.container,
                "image": before,
            }));
            Ok(Change { undo })
        })
        .await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}
