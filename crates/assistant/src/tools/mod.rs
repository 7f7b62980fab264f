//! One file a tool: its arguments, its result, its call.

pub mod get_incident;
pub mod get_runbook;
pub mod list_clusters;
pub mod list_findings;
pub mod list_incidents;
pub mod list_plans;
pub mod list_waiting;
pub mod propose;
pub mod read_evidence;
pub mod read_journal;
pub mod search_evidence;
pub mod search_runbooks;
pub mod similar_incidents;
pub mod start_investigation;

/// Ties arguments to name, effect and result.
macro_rules! tool {
    ($name:literal, $effect:ident, $args:ty => $output:ty) => {
        impl evenkeel_tools::ToolArguments for $args {
            const SERVER: &'static str = crate::SERVER;
            const NAME: &'static str = $name;
            const EFFECT: evenkeel_tools::Effect = evenkeel_tools::Effect::$effect;
            type Output = $output;
        }
    };
}
pub(crate) use tool;

/// Text that came from outside, cut and made harmless to a terminal.
pub(crate) fn plain(text: &str, max: usize) -> String {
    let keep = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    evenkeel_domain::text::clip(text, max).chars().map(keep).collect()
}

/// The first `max` of a list, and whether more were left out.
pub(crate) fn first<T>(mut all: Vec<T>, max: usize) -> (Vec<T>, bool) {
    let truncated = all.len() > max;
    all.truncate(max);
    (all, truncated)
}

#[cfg(test)]
mod tests {
    use super::{first, plain};

    #[test]
    fn text_is_cut_and_plain() {
        assert_eq!(plain("a\u{1b}[31m\nb", 10), "a\u{fffd}[31m\nb");
        assert_eq!(plain("abcdef", 3), "abc…");
    }

    #[test]
    fn a_list_says_that_it_was_cut() {
        assert_eq!(first(vec![1, 2, 3], 2), (vec![1, 2], true));
        assert_eq!(first(vec![1, 2], 2), (vec![1, 2], false));
    }
}
