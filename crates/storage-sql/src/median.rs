//! Medians, which no database reckons in the same words.

/// The median of some microseconds, in seconds.
pub fn median(mut micros: Vec<i64>) -> Option<f64> {
    micros.sort_unstable();
    let upper = *micros.get(micros.len() / 2)?;
    let lower = *micros.get((micros.len() - 1) / 2)?;
    let seconds =
        |micros: i64| std::time::Duration::from_micros(micros.unsigned_abs()).as_secs_f64();
    Some(f64::midpoint(seconds(lower), seconds(upper)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middles() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![5_000_000, 1_000_000, 2_000_000]), Some(2.0));
        assert_eq!(median(vec![1_000_000, 2_000_000]), Some(1.5));
    }
}
