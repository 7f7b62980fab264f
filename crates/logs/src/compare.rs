//! Comparing a window in question with one before it.

use serde::Serialize;

use crate::line::Level;
use crate::mine::{Miner, Others, Template};
use crate::statistics::{discoveries, number, same_rate};

/// Share of the reported changes that may be chance. 1 %: a page of twenty changes is right nineteen times in twenty.
const FALSE_SHARE: f64 = 0.01;
/// How much a rate must have changed to be worth a word, however sure the change is. Twice: logs of a healthy system go
/// up and down by half within the day.
const RATIO: f64 = 2.0;

/// How long the two windows are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spans {
    /// Seconds of the baseline window.
    pub baseline: f64,
    /// Seconds of the current window.
    pub current: f64,
}

impl Spans {
    /// The current window's share of both. Lengths that are none are taken for equal ones.
    fn share(self) -> f64 {
        let usable = |seconds: f64| seconds.is_finite() && seconds > 0.0;
        if usable(self.baseline) && usable(self.current) {
            self.current / (self.baseline + self.current)
        } else {
            0.5
        }
    }
}

/// What became of a template's rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// In the current window only.
    New,
    /// In the baseline only, and often enough there to be missed.
    Vanished,
    /// More frequent than before.
    Burst,
    /// Less frequent than before.
    Fewer,
}

/// A template that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// What became of it.
    pub change: Change,
    /// The template with its counts, first and last occurrences and sample lines.
    pub template: Template,
    /// Current rate over baseline rate, with half a line added to both counts so that there is one for new ones too.
    pub ratio: f64,
    /// Chance of such a difference between windows of one rate: two-sided, exact, of this template alone.
    pub p: f64,
    /// Whether it stands out among all templates that were tested. Only [`Change::New`] is reported without.
    pub significant: bool,
}

/// Two windows compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// What changed: errors first, then the surest.
    pub changes: Vec<Changed>,
    /// Templates in either window.
    pub templates: usize,
    /// Lines that are in no template any more. While there are none, "new" means that no line of the baseline was such;
    /// with some, it may have been one of these.
    pub others: Others,
}

/// Compares the windows of a miner.
///
/// Rates are compared under the assumption that lines come independently. Lines don't quite, which makes small
/// p-values smaller than they should be; that is why a change must also be of some size to be reported.
pub fn compare(miner: &mut Miner, spans: Spans) -> Comparison {
    let share = spans.share();
    let templates = miner.templates();
    let p_values: Vec<f64> = templates
        .iter()
        .map(|template| same_rate(template.baseline.count, template.current.count, share))
        .collect();
    let significant = discoveries(&p_values, FALSE_SHARE);
    let count = templates.len();
    let judged = templates.into_iter().zip(p_values).zip(significant);
    let mut changes: Vec<Changed> = judged
        .filter_map(|((template, p), significant)| {
            let (before, after) = (template.baseline.count, template.current.count);
            let ratio = (number(after) + 0.5) / share / ((number(before) + 0.5) / (1.0 - share));
            let change = match (before, after) {
                (0, _) => Change::New,
                (_, 0) if significant => Change::Vanished,
                _ if significant && ratio >= RATIO => Change::Burst,
                _ if significant && ratio <= 1.0 / RATIO => Change::Fewer,
                _ => return None,
            };
            Some(Changed { change, template, ratio, p, significant })
        })
        .collect();
    changes.sort_by(|a, b| {
        let rank = |changed: &Changed| {
            let bad = changed.template.worst >= Some(Level::Error);
            let more = matches!(changed.change, Change::New | Change::Burst);
            (!(bad && more), !changed.significant)
        };
        rank(a)
            .cmp(&rank(b))
            .then(a.p.total_cmp(&b.p))
            .then(b.template.count().cmp(&a.template.count()))
            .then(a.template.id.cmp(&b.template.id))
    });
    Comparison { changes, templates: count, others: miner.others() }
}

#[cfg(test)]
mod tests {
    use super::{Change, Spans, compare};
    use crate::line::Level;
    use crate::mine::{Config, Line, Miner, Window};

    const SAME: Spans = Spans { baseline: 600.0, current: 600.0 };

    fn add(miner: &mut Miner, window: Window, count: usize, level: Level, text: &str) {
        for i in 0..count {
            let message = text.replace('#', &i.to_string());
            let time = i64::try_from(i).ok().and_then(|i| jiff::Timestamp::from_second(i).ok());
            miner.add(window, Line { message: &message, level: Some(level), time });
        }
    }

    #[test]
    fn each_change_is_told() {
        let mut miner = Miner::new(Config::default());
        add(&mut miner, Window::Baseline, 1000, Level::Info, "served request # quickly");
        add(&mut miner, Window::Current, 1050, Level::Info, "served request # quickly");
        add(&mut miner, Window::Baseline, 5, Level::Warn, "retry number # of the upload");
        add(&mut miner, Window::Current, 90, Level::Warn, "retry number # of the upload");
        add(&mut miner, Window::Current, 40, Level::Error, "no connection to database #");
        add(&mut miner, Window::Baseline, 40, Level::Info, "cleaned # stale sessions");
        add(&mut miner, Window::Baseline, 1, Level::Info, "wrote snapshot # once");
        let found = compare(&mut miner, SAME);
        let told: Vec<_> =
            found.changes.iter().map(|c| (c.change, c.template.text.as_str())).collect();
        assert_eq!(
            told,
            [
                (Change::New, "no connection to database <*>"),
                (Change::Burst, "retry number <*> of the upload"),
                (Change::Vanished, "cleaned <*> stale sessions"),
            ]
        );
        let new = &found.changes[0];
        assert_eq!(new.template.current.count, 40);
        assert_eq!(new.template.level, Some(Level::Error));
        assert_eq!(new.template.current.first.map(|seen| seen.line), Some(2145));
        assert_eq!(
            new.template.current.last.and_then(|seen| seen.time).map(jiff::Timestamp::as_second),
            Some(39)
        );
        assert_eq!(new.template.lines[0], "no connection to database 0");
        assert!(new.significant && new.ratio > 50.0);
        assert_eq!(found.templates, 5);
    }

    #[test]
    fn one_new_line_is_told_and_called_weak() {
        let mut miner = Miner::new(Config::default());
        add(&mut miner, Window::Baseline, 50, Level::Info, "all is well");
        add(&mut miner, Window::Current, 50, Level::Info, "all is well");
        add(&mut miner, Window::Current, 1, Level::Info, "first light");
        let found = compare(&mut miner, SAME);
        assert_eq!(found.changes.len(), 1);
        assert!(!found.changes[0].significant);
    }

    #[test]
    fn a_longer_window_has_more_lines() {
        let mut miner = Miner::new(Config::default());
        add(&mut miner, Window::Baseline, 6000, Level::Info, "tick #");
        add(&mut miner, Window::Current, 1000, Level::Info, "tick #");
        assert!(compare(&mut miner, Spans { baseline: 3600.0, current: 600.0 }).changes.is_empty());
        let found = compare(&mut miner, SAME);
        assert_eq!(found.changes[0].change, Change::Fewer);
        let odd = compare(&mut miner, Spans { baseline: 0.0, current: f64::NAN });
        assert_eq!(odd.changes[0].change, Change::Fewer);
    }
}
