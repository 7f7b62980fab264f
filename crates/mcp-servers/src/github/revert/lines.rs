//! The three-way merge of one file, line by line.
//!
//! Both sides are compared with the base by Myers' algorithm. Changes of the two sides that overlap or touch make one
//! region, in which both must have come to the same lines. That is what git does, with one thing added: only a line that
//! occurs once in the base and once on each side keeps two changes apart. Among lines that repeat (empty ones, closing
//! brackets) a change could as well lie somewhat higher or lower, and the outcome must not depend on which place a
//! comparison happens to choose.

use std::collections::HashMap;
use std::ops::Range;

use similar::algorithms::{Capture, diff_slices};
use similar::{Algorithm, DiffOp};

/// Git takes what has a zero byte in its first 8,000 for binary.
const BINARY_WITHIN: usize = 8000;

/// The merged bytes, `None` for a conflict. Binary content conflicts: only one side of it may have changed, and then
/// there is nothing to merge.
pub fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    if ours == theirs || base == theirs {
        return Some(ours.to_vec());
    }
    if base == ours {
        return Some(theirs.to_vec());
    }
    if [base, ours, theirs].iter().any(|bytes| is_binary(bytes)) {
        return None;
    }
    let mut numbers = HashMap::new();
    let base = Side::new(base, &mut numbers);
    let ours = Side::new(ours, &mut numbers);
    let theirs = Side::new(theirs, &mut numbers);
    join(&base, &ours, &theirs)
}

fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(BINARY_WITHIN)].contains(&0)
}

/// A text as lines, each with its terminator, and numbers that are equal where lines are.
struct Side<'a> {
    lines: Vec<&'a [u8]>,
    numbers: Vec<usize>,
}

impl<'a> Side<'a> {
    fn new(bytes: &'a [u8], known: &mut HashMap<&'a [u8], usize>) -> Self {
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let numbers = lines
            .iter()
            .map(|line| {
                let next = known.len();
                *known.entry(line).or_insert(next)
            })
            .collect();
        Self { lines, numbers }
    }
}

/// Lines of the base that one side replaced by lines of its own.
struct Hunk {
    base: Range<usize>,
    side: Range<usize>,
    /// Where in the base it may lie, both ends included.
    reach: (usize, usize),
}

/// What one side changed; `None` if the comparison made something else of the base than that side.
fn hunks(base: &Side<'_>, side: &Side<'_>) -> Option<Vec<Hunk>> {
    // Bare, without the library's compaction: that moves changes among equal lines, and has been seen to put
    // lines in another order than the side has them.
    let mut capture = Capture::new();
    let Ok(()) = diff_slices(Algorithm::Myers, &mut capture, &base.numbers, &side.numbers);
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in capture.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let (old, new) = (op.old_range(), op.new_range());
        match found.last_mut() {
            Some((a, b)) if a.end == old.start && b.end == new.start => {
                a.end = old.end;
                b.end = new.end;
            }
            _ => found.push((old, new)),
        }
    }
    let hunks: Vec<_> = found
        .into_iter()
        .map(|(old, new)| Hunk { reach: (old.start, old.end), base: old, side: new })
        .collect();
    let made = replaced(base, side, &hunks, 0..base.lines.len());
    (made == side.lines).then_some(hunks)
}

/// Lets each change reach up and down to the next line that holds it in its place: one that occurs once in all three, and
/// that neither side has changed.
fn widen(
    base: &Side<'_>,
    ours: &Side<'_>,
    theirs: &Side<'_>,
    mine: &mut [Hunk],
    yours: &mut [Hunk],
) {
    let counts = [count(base), count(ours), count(theirs)];
    let once = |number: &usize| counts.iter().all(|of| of.get(number) == Some(&1));
    let mut holds: Vec<bool> = base.numbers.iter().map(once).collect();
    for hunk in mine.iter().chain(yours.iter()) {
        holds[hunk.base.clone()].fill(false);
    }
    for hunk in mine.iter_mut().chain(yours.iter_mut()) {
        let above = holds[..hunk.base.start].iter().rposition(|holds| *holds);
        let below = holds[hunk.base.end..].iter().position(|holds| *holds);
        hunk.reach = (
            above.map_or(0, |line| line + 1),
            below.map_or(holds.len(), |lines| hunk.base.end + lines),
        );
    }
}

/// How often each line occurs.
fn count(side: &Side<'_>) -> HashMap<usize, usize> {
    side.numbers.iter().fold(HashMap::new(), |mut counts, number| {
        *counts.entry(*number).or_default() += 1;
        counts
    })
}

fn join(base: &Side<'_>, ours: &Side<'_>, theirs: &Side<'_>) -> Option<Vec<u8>> {
    let (mut mine, mut yours) = (hunks(base, ours)?, hunks(base, theirs)?);
    widen(base, ours, theirs, &mut mine, &mut yours);
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    let mut copied = 0;
    while i < mine.len() || j < yours.len() {
        // A region begins with the hunk that reaches highest, and takes in what touches it, from either side.
        let (i0, j0) = (i, j);
        let first = |hunks: &[Hunk], at: usize| hunks.get(at).map_or(usize::MAX, |h| h.reach.0);
        let mut end = if first(&mine, i) <= first(&yours, j) {
            i += 1;
            mine[i - 1].reach.1
        } else {
            j += 1;
            yours[j - 1].reach.1
        };
        loop {
            if first(&mine, i) <= end {
                end = end.max(mine[i].reach.1);
                i += 1;
            } else if first(&yours, j) <= end {
                end = end.max(yours[j].reach.1);
                j += 1;
            } else {
                break;
            }
        }
        let all = mine[i0..i].iter().chain(&yours[j0..j]);
        let start = all.clone().map(|h| h.base.start).min()?;
        let stop = all.map(|h| h.base.end).max()?;
        push(&mut out, &base.lines[copied..start]);
        copied = stop;
        let left = replaced(base, ours, &mine[i0..i], start..stop);
        let right = replaced(base, theirs, &yours[j0..j], start..stop);
        match (i == i0, j == j0) {
            (true, _) => push(&mut out, &right),
            (_, true) => push(&mut out, &left),
            // The same change on both sides, at the same place: as git, and nothing that merely comes to the same.
            _ if left == right && is_same(&mine[i0..i], &yours[j0..j]) => push(&mut out, &left),
            _ => return None,
        }
    }
    push(&mut out, &base.lines[copied..]);
    Some(out)
}

/// Whether both sides made one change each, of the same lines of the base.
fn is_same(mine: &[Hunk], yours: &[Hunk]) -> bool {
    matches!((mine, yours), ([mine], [yours]) if mine.base == yours.base)
}

/// The lines of one side that stand for `range` of the base.
fn replaced<'a>(
    base: &Side<'a>,
    side: &Side<'a>,
    hunks: &[Hunk],
    range: Range<usize>,
) -> Vec<&'a [u8]> {
    let mut lines = Vec::new();
    let mut at = range.start;
    for hunk in hunks {
        lines.extend_from_slice(&base.lines[at..hunk.base.start]);
        lines.extend_from_slice(&side.lines[hunk.side.clone()]);
        at = hunk.base.end;
    }
    lines.extend_from_slice(&base.lines[at..range.end]);
    lines
}

fn push(out: &mut Vec<u8>, lines: &[&[u8]]) {
    for line in lines {
        out.extend_from_slice(line);
    }
}

#[cfg(test)]
mod tests {
    use super::merge;

    fn merged(base: &str, ours: &str, theirs: &str) -> Option<String> {
        merge(base.as_bytes(), ours.as_bytes(), theirs.as_bytes())
            .map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn changes_apart_go_together_and_changes_that_touch_do_not() {
        let base = "a\nb\nc\nd\ne\n";
        assert_eq!(merged(base, "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n").unwrap(), "A\nb\nc\nd\nE\n");
        assert_eq!(merged(base, "A\nb\nc\nd\ne\n", "a\nB\nc\nd\ne\n"), None);
        assert_eq!(merged(base, "A\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n").unwrap(), "A\nb\nc\nd\ne\n");
        assert_eq!(merged(base, "X\nb\nc\nd\nE\n", "X\nb\nc\nd\ne\n").unwrap(), "X\nb\nc\nd\nE\n");
    }

    #[test]
    fn an_insertion_among_equal_lines_reaches_over_all_of_them() {
        let base = "x\na\na\na\ny\n";
        // Another `a` could be any of them, and `y` stands next to the last.
        assert_eq!(merged(base, "x\na\na\na\na\ny\n", "x\na\na\na\nY\n"), None);
        assert_eq!(merged(base, "x\na\na\na\na\ny\n", "X\na\na\na\ny\n"), None);
    }

    #[test]
    fn a_line_removed_and_others_added_among_equal_ones_keep_their_order() {
        let base = "1\n2\nb\nreturn\nb\n3\n4\n";
        let ours = "1\n2\nb\nb\nb\nx\n3\n4\n";
        assert_eq!(
            merged(base, ours, "0\n1\n2\nb\nreturn\nb\n3\n4\n").unwrap(),
            "0\n1\n2\nb\nb\nb\nx\n3\n4\n"
        );
    }

    #[test]
    fn a_missing_last_newline_is_part_of_the_line() {
        assert_eq!(merged("a\nb\nc", "A\nb\nc", "a\nb\nc\n").unwrap(), "A\nb\nc\n");
        assert_eq!(merged("a\nb", "a\nb\n", "a\nb\nc\n"), None);
    }

    #[test]
    fn binary_content_has_only_whole_sides() {
        assert_eq!(merge(b"\0a", b"\0a", b"\0b"), Some(b"\0b".to_vec()));
        assert_eq!(merge(b"\0a\n\n\nx", b"\0a\n\n\ny", b"\0b\n\n\nx"), None);
    }
}
