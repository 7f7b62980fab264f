//! What a branch asks of a pull request before it can be merged.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use serde::Deserialize;
use serde_json::Value;

use super::Target;
use crate::github::http::Github;
use crate::github::words;

#[derive(Deserialize)]
struct Rule {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    parameters: Value,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default)]
    protected: bool,
}

/// In words, what keeps a fresh pull request from being merged at once; empty when nothing does. Rule sets are told one by
/// one; of older branch protection only that there is one, since its details are for administrators.
pub(super) async fn merge_needs(
    github: &Github,
    target: &Target<'_>,
    branch: &str,
) -> Result<Vec<String>, ToolFailure> {
    let rules_path = target.repository.path(&["rules", "branches", branch]);
    let branch_path = target.repository.path(&["branches", branch]);
    let query = [("per_page", "100".to_owned())];
    let (rules, branch) = futures::try_join!(
        async {
            match github.get::<Vec<Rule>>(&rules_path, &query).await {
                Ok(page) => Ok(page.value),
                // An Enterprise Server without rule sets.
                Err(failure) if failure.code == codes::GITHUB_NOT_FOUND => Ok(Vec::new()),
                Err(failure) => Err(failure),
            }
        },
        async { github.get::<Branch>(&branch_path, &[]).await.map(|page| page.value) },
    )?;
    let mut needs: Vec<_> = rules.iter().filter_map(words_of).collect();
    // A classic protection may stand beside rules, and rules may say what has no words here.
    if needs.is_empty() && branch.protected {
        needs.push("what its branch protection asks for".to_owned());
    }
    Ok(needs)
}

fn words_of(rule: &Rule) -> Option<String> {
    let parameters = &rule.parameters;
    Some(match rule.kind.as_str() {
        "pull_request" => match parameters["required_approving_review_count"].as_u64() {
            Some(0) => {
                let more = [
                    "require_code_owner_review",
                    "require_last_push_approval",
                    "required_review_thread_resolution",
                ];
                let asked = more.iter().any(|name| parameters[*name] == true);
                return asked.then(|| "the reviews that its rules ask for".to_owned());
            }
            Some(n) => format!("{n} approving review{}", if n == 1 { "" } else { "s" }),
            None => "approving reviews".to_owned(),
        },
        "required_status_checks" => {
            let checks = parameters["required_status_checks"].as_array();
            let names: Vec<_> = checks
                .into_iter()
                .flatten()
                .filter_map(|check| check["context"].as_str())
                .take(5)
                .map(words::word)
                .collect();
            format!("the checks {}", names.join(", "))
        }
        "merge_queue" => "the merge queue".to_owned(),
        "required_deployments" => "a deployment to other environments first".to_owned(),
        "required_signatures" => "signed commits".to_owned(),
        "update" | "required_linear_history" | "code_scanning" | "workflows" => {
            format!("the rule {}", rule.kind.replace('_', " "))
        }
        // Rules about names, deletion and force pushes don't hold a merge back.
        _ => return None,
    })
}
