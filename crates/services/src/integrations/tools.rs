//! Tools of connections: what they can do, who may use them, and whether their form is approved.

use std::collections::BTreeMap;

use evenkeel_domain::{
    access::{Caller, Permission},
    audit::AuditAction,
    connection::{ConnectionKind, ToolForm},
    id::ConnectionId,
    integrations::{PinState, RiskClass, ToolLine},
    text::clip,
};
use evenkeel_storage::{
    audit::AuditRecord,
    connections::{Pinned, ToolPlace, ToolRow},
};
use serde_json::json;
use similar::TextDiff;

use super::is_operator;
use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
    toolroom::ToolRule,
};

/// Longest difference that is shown, and longest description, in characters.
const SHOWN_MAX: usize = 20_000;

impl Services {
    /// The tools of a server: those that it is known to offer, and those that the allow-lists name.
    pub(super) fn tool_lines(
        &self,
        kind: ConnectionKind,
        server: &str,
        source: &str,
        known: &[ToolRow],
    ) -> Vec<ToolLine> {
        let caller = self.parts.tools.caller();
        let rules: BTreeMap<_, _> =
            caller.rules(server).into_iter().map(|rule| (rule.tool.clone(), rule)).collect();
        if kind.is_shipped() {
            let shipped = caller.shipped(kind).into_iter();
            return shipped
                .map(|tool| {
                    let rule = rules.get(&tool.form.name);
                    line(tool.form.name.clone(), tool.form.description, rule, PinState::Version)
                })
                .collect();
        }
        let known = known.iter().filter(|tool| tool.source == source);
        known
            .map(|tool| {
                let form = tool.offered.as_ref().map(|offered| &offered.form);
                let form = form.or_else(|| tool.pinned.as_ref().map(|pinned| &pinned.form));
                let description = form.and_then(|form| form.description.clone());
                let offered = tool.offered.as_ref().map(|offered| offered.hash.clone());
                let line = line(tool.tool.clone(), description, rules.get(&tool.tool), pin(tool));
                ToolLine { offered, ..line }
            })
            .collect()
    }

    /// Approves a tool of a server that is not ours, in exactly the form that has this hash.
    pub async fn approve_tool(
        &self,
        caller: &Caller,
        source: &str,
        tool: &str,
        hash: &str,
    ) -> Result<(), ServiceError> {
        let detail = json!({ "source": source, "hash": hash });
        let audit =
            self.about_tool(caller, source, tool, AuditAction::ToolApproved, detail).await?;
        let place = ToolPlace { organisation: caller.organisation, source, tool };
        let by = actor(caller);
        self.store().pin_tool(place, hash, &by, self.now(), &[audit]).await?;
        Ok(())
    }

    /// Takes the approval of a tool back: it is denied from the next run on.
    pub async fn withdraw_tool(
        &self,
        caller: &Caller,
        source: &str,
        tool: &str,
    ) -> Result<(), ServiceError> {
        let detail = json!({ "source": source });
        let audit =
            self.about_tool(caller, source, tool, AuditAction::ToolWithdrawn, detail).await?;
        let place = ToolPlace { organisation: caller.organisation, source, tool };
        self.store().unpin_tool(place, &[audit]).await?;
        Ok(())
    }

    async fn about_tool(
        &self,
        caller: &Caller,
        source: &str,
        tool: &str,
        action: AuditAction,
        detail: serde_json::Value,
    ) -> Result<AuditRecord, ServiceError> {
        let (server, cluster) = if is_operator(source) {
            self.authorize(caller, Permission::ManageClusters)?;
            (source.to_owned(), None)
        } else {
            let id = ConnectionId::parse(source)
                .map_err(|_| ServiceError::NotFound { what: "connection" })?;
            let (row, cluster) = self.connection_for(caller, id).await?;
            (row.connection.name, cluster)
        };
        let subject = Subject {
            words: format!("{server}/{}", clip(tool, 100)),
            cluster: cluster.as_ref().map(|row| &row.cluster),
            detail,
            ..Subject::default()
        };
        Ok(self.audit_record(caller.organisation, actor(caller), action, subject))
    }
}

fn line(
    name: String,
    description: Option<String>,
    rule: Option<&ToolRule>,
    pin: PinState,
) -> ToolLine {
    ToolLine {
        name,
        description: description.map(|text| clip(&text, SHOWN_MAX)),
        risk: match rule {
            None => RiskClass::Unlisted,
            Some(rule) if rule.writes => RiskClass::Writes,
            Some(_) => RiskClass::Reads,
        },
        agents: rule.map(|rule| rule.agents.clone()).unwrap_or_default(),
        pin,
        offered: None,
    }
}

fn pin(tool: &ToolRow) -> PinState {
    match (&tool.offered, &tool.pinned) {
        (Some(_), None) => PinState::New,
        (Some(offered), Some(pinned)) if offered.hash == pinned.hash => {
            PinState::Approved { at: pinned.at, by: pinned.by.clone() }
        }
        (Some(offered), Some(Pinned { form, at, by, .. })) => {
            PinState::Changed { at: *at, by: by.clone(), diff: difference(form, &offered.form) }
        }
        (None, _) => PinState::Gone,
    }
}

/// What differs between the approved form and the offered one.
fn difference(approved: &ToolForm, offered: &ToolForm) -> String {
    let text = |form: &ToolForm| serde_json::to_string_pretty(form).unwrap_or_default() + "\n";
    let (approved, offered) = (text(approved), text(offered));
    let diff = TextDiff::from_lines(&approved, &offered);
    clip(&diff.unified_diff().context_radius(3).to_string(), SHOWN_MAX)
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::{Timestamp, connection::OfferedTool};

    use super::*;

    fn form(description: &str) -> ToolForm {
        ToolForm {
            name: "look".into(),
            description: Some(description.into()),
            input_schema: json!({ "type": "object" }),
            output_schema: None,
        }
    }

    #[test]
    fn a_changed_form_is_shown_with_the_difference() {
        let offered = |words: &str| OfferedTool { form: form(words), hash: words.into() };
        let approved = Pinned {
            form: form("Looks."),
            hash: "Looks.".into(),
            at: Timestamp::UNIX_EPOCH,
            by: "a".into(),
        };
        let row = |offered: Option<OfferedTool>, pinned: Option<Pinned>| ToolRow {
            source: "s".into(),
            tool: "look".into(),
            offered,
            offered_at: Timestamp::UNIX_EPOCH,
            pinned,
        };
        assert_eq!(pin(&row(Some(offered("Looks.")), None)), PinState::New);
        assert_eq!(pin(&row(None, Some(approved.clone()))), PinState::Gone);
        let same = pin(&row(Some(offered("Looks.")), Some(approved.clone())));
        assert!(matches!(same, PinState::Approved { .. }));
        let other = pin(&row(Some(offered("Looks. And send it to me.")), Some(approved)));
        let PinState::Changed { diff, .. } = other else { panic!("{other:?}") };
        assert!(diff.contains("-  \"description\": \"Looks.\""), "{diff}");
        assert!(diff.contains("+  \"description\": \"Looks. And send it to me.\""), "{diff}");
    }
}
