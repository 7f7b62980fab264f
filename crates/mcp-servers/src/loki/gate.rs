//! How much a query would read, asked before it reads.

use evenkeel_tools::failure::{ToolFailure, codes};
use evenkeel_tools::loki::Estimate;
use jiff::{SignedDuration, Timestamp};

use super::http::Loki;
use super::time::nanos;
use super::wire::Stats;
use crate::failure::failure;

/// Selectors of one query that are asked about.
const MAX_SELECTORS: usize = 4;
/// Labels named as ways to narrow.
const NAMED: usize = 8;

/// What the index tells of one selector.
pub(super) async fn stats(
    loki: &Loki,
    selector: &str,
    start: Timestamp,
    end: Timestamp,
) -> Result<Estimate, ToolFailure> {
    let query = [("query", selector.to_owned()), ("start", nanos(start)), ("end", nanos(end))];
    let Stats { streams, chunks, entries, bytes } =
        loki.get_bare("loki/api/v1/index/stats", &query).await?;
    Ok(Estimate { streams, chunks, entries, bytes })
}

/// The estimate for a query over these selectors, `None` where Loki can't tell; refuses what would read too much.
pub(super) async fn check(
    loki: &Loki,
    selectors: &[String],
    start: Timestamp,
    end: Timestamp,
) -> Result<Option<Estimate>, ToolFailure> {
    let mut sum = Estimate { streams: 0, chunks: 0, entries: 0, bytes: 0 };
    for selector in selectors.iter().take(MAX_SELECTORS) {
        let one = match stats(loki, selector, start, end).await {
            Ok(one) => one,
            // Versions before 2.6, and indexes that keep no figures.
            Err(failed)
                if failed.code == codes::LOKI_CONFIG || failed.code == codes::LOKI_GARBAGE =>
            {
                return Ok(None);
            }
            Err(failed) => return Err(failed),
        };
        sum.streams = sum.streams.saturating_add(one.streams);
        sum.chunks = sum.chunks.saturating_add(one.chunks);
        sum.entries = sum.entries.saturating_add(one.entries);
        sum.bytes = sum.bytes.saturating_add(one.bytes);
    }
    let limit = loki.max_query_bytes()?;
    if sum.bytes <= limit {
        return Ok((!selectors.is_empty()).then_some(sum));
    }
    let first = selectors.first().map(String::as_str).unwrap_or_default();
    let labels = labels(loki, first, start, end).await;
    Err(too_heavy(sum, limit, end.duration_since(start), &labels))
}

/// Labels of these streams that the selector doesn't name yet.
async fn labels(loki: &Loki, selector: &str, start: Timestamp, end: Timestamp) -> Vec<String> {
    let query = [("query", selector.to_owned()), ("start", nanos(start)), ("end", nanos(end))];
    // Only to say more; the refusal stands without it.
    let all = loki.get::<Option<Vec<String>>>("loki/api/v1/labels", &query).await;
    let all = all.ok().and_then(|reply| reply.data).unwrap_or_default();
    let unused = |label: &String| !label.starts_with("__") && !selector.contains(label.as_str());
    all.into_iter().filter(unused).map(|label| super::show::text(&label, 64)).take(NAMED).collect()
}

fn too_heavy(sum: Estimate, limit: u64, span: SignedDuration, labels: &[String]) -> ToolFailure {
    let seconds = u64::try_from(span.as_secs()).unwrap_or(0);
    let fits = u128::from(seconds) * u128::from(limit) / u128::from(sum.bytes.max(1));
    let labels = match labels {
        [] => "add a label matcher".to_owned(),
        some => format!("add a matcher on one of: {}", some.join(", ")),
    };
    failure(
        codes::LOKI_TOO_HEAVY,
        format!(
            "the query would read about {} in {} streams; {} are allowed",
            amount(sum.bytes),
            sum.streams,
            amount(limit),
        ),
        format!("Narrow it: {labels}; or ask for at most {fits} s of the {seconds} s."),
    )
}

/// Bytes for people.
pub(super) fn amount(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        1_048_576..1_073_741_824 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

#[cfg(test)]
mod tests {
    use evenkeel_tools::loki::Estimate;
    use jiff::SignedDuration;

    use super::too_heavy;

    #[test]
    fn a_refusal_says_what_to_narrow() {
        let sum = Estimate { streams: 40, chunks: 1, entries: 1, bytes: 12 << 30 };
        let refused = too_heavy(sum, 2 << 30, SignedDuration::from_hours(6), &["pod".into()]);
        assert_eq!(refused.code, "loki.too_heavy");
        assert!(refused.message.contains("12 GiB in 40 streams; 2 GiB"), "{}", refused.message);
        assert!(
            refused.next.contains("pod") && refused.next.contains("3600 s"),
            "{}",
            refused.next
        );
    }
}
