//! Native histograms: read, bounded, and what can be estimated from them.

use evenkeel_tools::prometheus::{
    EstimatedQuantile, Histogram, HistogramBucket, Interpolation, SampleValue,
};
use serde::{Deserialize, Deserializer};

/// Quantiles that are estimated.
const QUANTILES: [f64; 4] = [0.5, 0.9, 0.95, 0.99];
/// Buckets of a view: twice as many as fit a screen; beyond them neighbours are merged.
const MAX_BUCKETS: usize = 64;

/// `[unix seconds, {count, sum, buckets}]`.
#[derive(Debug, Deserialize)]
pub(super) struct HistogramAt(pub f64, pub WireHistogram);

/// A histogram as Prometheus writes it.
#[derive(Debug, Deserialize)]
pub(super) struct WireHistogram {
    #[serde(deserialize_with = "value")]
    count: f64,
    #[serde(deserialize_with = "value")]
    sum: f64,
    /// Only buckets with observations; absent when there are none.
    #[serde(default)]
    buckets: Vec<WireBucket>,
}

/// `[boundary rule, "lower", "upper", "count"]`.
#[derive(Debug, Clone, Copy)]
struct WireBucket {
    rule: u8,
    lower: f64,
    upper: f64,
    count: f64,
}

impl<'de> Deserialize<'de> for WireBucket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (rule, lower, upper, count) =
            <(u8, String, String, String)>::deserialize(deserializer)?;
        Ok(Self { rule, lower: number(&lower)?, upper: number(&upper)?, count: number(&count)? })
    }
}

fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    number(&String::deserialize(deserializer)?)
}

fn number<E: serde::de::Error>(text: &str) -> Result<f64, E> {
    super::wire::parsed(text).map(SampleValue::to_f64)
}

impl WireHistogram {
    /// The view, with its buckets.
    pub(super) fn whole(self) -> Histogram {
        let buckets = merged(&self.buckets).into_iter().map(view).collect();
        Histogram { buckets, ..self.brief() }
    }

    /// The view without buckets.
    pub(super) fn brief(mut self) -> Histogram {
        self.buckets.sort_by(|a, b| a.lower.total_cmp(&b.lower));
        let interpolation = interpolation(&self.buckets);
        let mean = self.sum / self.count;
        Histogram {
            count: self.count.into(),
            sum: self.sum.into(),
            mean: (self.count > 0.0 && mean.is_finite()).then_some(mean),
            estimated_quantiles: quantiles(&self.buckets, interpolation),
            interpolation,
            buckets: Vec::new(),
            bucket_count: self.buckets.len(),
        }
    }
}

fn view(bucket: WireBucket) -> HistogramBucket {
    // 0: open on the left, 1: open on the right, 2: open on both sides, 3: closed on both.
    HistogramBucket {
        lower: bucket.lower.into(),
        lower_included: matches!(bucket.rule, 1 | 3),
        upper: bucket.upper.into(),
        upper_included: matches!(bucket.rule, 0 | 3),
        count: bucket.count.into(),
    }
}

/// Neighbours made one until they are few enough.
fn merged(buckets: &[WireBucket]) -> Vec<WireBucket> {
    let mut buckets = buckets.to_vec();
    buckets.sort_by(|a, b| a.lower.total_cmp(&b.lower));
    while buckets.len() > MAX_BUCKETS {
        buckets = buckets
            .chunks(2)
            .map(|pair| match pair {
                [low, high] => WireBucket {
                    rule: match (matches!(low.rule, 1 | 3), matches!(high.rule, 0 | 3)) {
                        (false, true) => 0,
                        (true, false) => 1,
                        (false, false) => 2,
                        (true, true) => 3,
                    },
                    lower: low.lower,
                    upper: high.upper,
                    count: low.count + high.count,
                },
                other => other[0],
            })
            .collect();
    }
    buckets
}

/// Whether buckets grow by one of the factors of the standard schemas, 2 to the power of 2 to the power of an integer.
fn interpolation(buckets: &[WireBucket]) -> Interpolation {
    let standard = |bucket: &WireBucket| {
        let (low, high) = (bucket.lower.abs(), bucket.upper.abs());
        let exponent = (high / low).log2().abs().log2();
        (exponent - exponent.round()).abs() < 1e-6 && (-8.0..=4.0).contains(&exponent.round())
    };
    let mut graded = buckets.iter().filter(|b| b.lower * b.upper > 0.0).peekable();
    // Only a zero bucket says nothing of the others; placing in it is linear either way.
    if graded.peek().is_some() && graded.all(standard) {
        Interpolation::Exponential
    } else {
        Interpolation::Linear
    }
}

/// Estimates from buckets in ascending order. None where counts make no sense, as in the difference of histograms.
fn quantiles(buckets: &[WireBucket], interpolation: Interpolation) -> Vec<EstimatedQuantile> {
    let total: f64 = buckets.iter().map(|bucket| bucket.count).sum();
    let sound = total.is_finite() && total > 0.0 && buckets.iter().all(|b| b.count >= 0.0);
    if !sound {
        return Vec::new();
    }
    let negative = buckets.iter().any(|b| b.count > 0.0 && b.upper < 0.0);
    QUANTILES
        .iter()
        .filter_map(|&q| {
            let rank = q * total;
            let mut before = 0.0;
            let holder = buckets.iter().filter(|b| b.count > 0.0).find(|bucket| {
                let holds = before + bucket.count >= rank;
                if !holds {
                    before += bucket.count;
                }
                holds
            });
            let bucket = holder.or_else(|| buckets.iter().rfind(|b| b.count > 0.0))?;
            let share = ((rank - before) / bucket.count).clamp(0.0, 1.0);
            // Nothing below zero was seen, so nothing in the zero bucket is taken to be.
            let around_zero = bucket.lower < 0.0 && bucket.upper > 0.0;
            let finite = bucket.lower.is_finite() && bucket.upper.is_finite();
            let floor = if around_zero && finite && !negative { 0.0 } else { bucket.lower };
            Some(EstimatedQuantile {
                q,
                estimate: place(floor, bucket.upper, share, interpolation),
                above: bucket.lower.into(),
                up_to: bucket.upper.into(),
            })
        })
        .collect()
}

/// Where in a bucket, `share` of the way up; at the finite bound when the other is infinite.
fn place(lower: f64, upper: f64, share: f64, interpolation: Interpolation) -> Option<f64> {
    let at = match (lower.is_finite(), upper.is_finite()) {
        (true, true) if interpolation == Interpolation::Exponential && lower * upper > 0.0 => {
            let size = lower.abs().powf(1.0 - share) * upper.abs().powf(share);
            size.copysign(lower)
        }
        (true, true) => lower + (upper - lower) * share,
        (true, false) => lower,
        (false, true) => upper,
        (false, false) => return None,
    };
    at.is_finite().then_some(at)
}

#[cfg(test)]
mod tests {
    use evenkeel_tools::prometheus::{Interpolation, SampleValue};

    use super::WireHistogram;

    fn read(text: &str) -> WireHistogram {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_quantile_lies_in_the_bucket_that_holds_it() {
        let text = r#"{"count":"100","sum":"150","buckets":[[0,"1","2","50"],[0,"2","4","50"]]}"#;
        let view = read(text).whole();
        assert_eq!((view.mean, view.interpolation), (Some(1.5), Interpolation::Exponential));
        let median = view.estimated_quantiles[0];
        assert_eq!((median.q, median.estimate), (0.5, Some(2.0)));
        let p90 = view.estimated_quantiles[1];
        assert!((p90.estimate.unwrap() - 2.0 * 2f64.powf(0.8)).abs() < 1e-9, "{p90:?}");
        assert_eq!((p90.above, p90.up_to), (SampleValue::Number(2.0), SampleValue::Number(4.0)));
        assert!(!view.buckets[0].lower_included && view.buckets[0].upper_included);
    }

    #[test]
    fn own_bounds_are_placed_in_evenly_and_infinite_ones_at_their_neighbour() {
        let text = r#"{"count":"10","sum":"9","buckets":[[0,"-Inf","0.1","1"],[0,"0.1","0.4","4"],[0,"0.4","+Inf","5"]]}"#;
        let view = read(text).whole();
        assert_eq!(view.interpolation, Interpolation::Linear);
        assert!((view.estimated_quantiles[0].estimate.unwrap() - 0.4).abs() < 1e-9);
        assert_eq!(view.estimated_quantiles[3].estimate, Some(0.4));
        let all = r#"{"count":"1","sum":"9","buckets":[[3,"-Inf","+Inf","1"]]}"#;
        assert_eq!(read(all).brief().estimated_quantiles[0].estimate, None);
    }

    #[test]
    fn without_observations_nothing_is_estimated() {
        let view = read(r#"{"count":"0","sum":"0"}"#).whole();
        assert!(view.estimated_quantiles.is_empty() && view.mean.is_none());
        let nan = read(r#"{"count":"NaN","sum":"NaN","buckets":[[0,"1","2","NaN"]]}"#).whole();
        assert!(nan.estimated_quantiles.is_empty() && nan.mean.is_none());
        assert!(serde_json::from_str::<WireHistogram>(r#"{"count":"many","sum":"1"}"#).is_err());
    }

    #[test]
    fn no_observation_is_lost_in_many_buckets() {
        let buckets: Vec<String> =
            (0..1000).map(|n| format!("[0,\"{n}\",\"{}\",\"1\"]", n + 1)).collect();
        let text = format!(r#"{{"count":"1000","sum":"1","buckets":[{}]}}"#, buckets.join(","));
        let view = read(&text).whole();
        assert!(view.buckets.len() <= 64 && view.bucket_count == 1000);
        let total: f64 = view.buckets.iter().map(|bucket| bucket.count.to_f64()).sum();
        assert!((total - 1000.0).abs() < 1e-9);
        assert!((view.estimated_quantiles[1].estimate.unwrap() - 900.0).abs() < 1.0);
    }

    #[test]
    fn the_zero_bucket_begins_at_zero_unless_something_is_below() {
        let text = r#"{"count":"2","sum":"0","buckets":[[3,"-0.001","0.001","2"]]}"#;
        assert!(
            (read(text).brief().estimated_quantiles[0].estimate.unwrap() - 0.0005).abs() < 1e-9
        );
    }
}
