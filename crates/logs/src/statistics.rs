//! Whether two counts come from one rate.

/// Natural logarithm of the gamma function, for positive numbers; good to ten digits.
///
/// Stirling's series, after raising small arguments by Γ(x+1) = x·Γ(x).
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut raised) = (x, 0.0);
    while x < 12.0 {
        raised -= x.ln();
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series =
        (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / x;
    raised + (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}

/// The regularised incomplete beta function, by its continued fraction evaluated with the modified method of Lentz.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast on this side only; the other is one minus it.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let front =
        (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    let floor = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut above, mut below) = (1.0, 1.0 / floor(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = below;
    // √max(a, b) rounds are needed; 10,000 is enough for counts of a hundred million.
    for round in 1..10_000 {
        let n = f64::from(round);
        let even = n * (b - n) * x / ((a + 2.0 * n - 1.0) * (a + 2.0 * n));
        let odd = -(a + n) * (a + b + n) * x / ((a + 2.0 * n) * (a + 2.0 * n + 1.0));
        let mut step = 1.0;
        for term in [even, odd] {
            below = 1.0 / floor(1.0 + term * below);
            above = floor(1.0 + term / above);
            step = below * above;
            fraction *= step;
        }
        if (step - 1.0_f64).abs() < 1e-12 {
            break;
        }
    }
    (front * fraction / a).clamp(0.0, 1.0)
}

/// A count as a number; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no log has 2^53 lines")]
pub fn number(count: u64) -> f64 {
    count as f64
}

/// The chance that a binomial variable with `trials` and `chance` is at least `successes`.
fn at_least(successes: u64, trials: u64, chance: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    incomplete_beta(number(successes), number(trials - successes) + 1.0, chance)
}

/// Two-sided p-value for `before` events in a baseline and `after` in another window having one rate, where `share` is the
/// share of the exposure that is the other window's.
///
/// The conditional test of Przyborowski and Wilenski (Biometrika, 1940): given the sum, the second count of two Poisson
/// counts is binomial. Exact, so small counts need no care of their own. Two-sided by doubling the smaller tail.
pub fn same_rate(before: u64, after: u64, share: f64) -> f64 {
    let trials = before + after;
    let upper = at_least(after, trials, share);
    let lower = at_least(before, trials, 1.0 - share);
    (2.0 * upper.min(lower)).min(1.0)
}

/// Which of the p-values are discoveries if at most that share of discoveries may be false: Benjamini and Hochberg
/// (1995). As many templates are tested at once, some would look striking by chance.
pub fn discoveries(p_values: &[f64], false_share: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let all = number(p_values.len() as u64);
    let last = order
        .iter()
        .zip(1u64..)
        .filter(|&(&index, rank)| p_values[index] <= number(rank) / all * false_share)
        .map(|(_, rank)| rank)
        .max()
        .unwrap_or(0);
    let mut found = vec![false; p_values.len()];
    for (&index, _) in order.iter().zip(0..last) {
        found[index] = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{at_least, discoveries, ln_gamma, same_rate};

    #[test]
    fn gamma_of_whole_numbers_is_a_factorial() {
        for (x, value) in [(1.0, 1.0_f64), (5.0, 24.0), (11.0, 3_628_800.0)] {
            assert!((ln_gamma(x) - value.ln()).abs() < 1e-9, "{x}");
        }
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-9);
    }

    #[test]
    fn tails_are_those_of_the_binomial() {
        // By adding up: P(X ≥ 3) of 5 fair coins is 16/32; P(X ≥ 5) is 1/32.
        assert!((at_least(3, 5, 0.5) - 0.5).abs() < 1e-10);
        assert!((at_least(5, 5, 0.5) - 1.0 / 32.0).abs() < 1e-10);
        assert!((at_least(1, 4, 0.25) - (1.0 - 0.75_f64.powi(4))).abs() < 1e-10);
    }

    #[test]
    fn small_counts_prove_little_and_large_ones_much() {
        assert!(same_rate(0, 1, 0.5) > 0.9);
        assert!(same_rate(0, 3, 0.5) > 0.05);
        assert!(same_rate(0, 10, 0.5) < 0.01);
        assert!(same_rate(100, 200, 0.5) < 1e-6);
        assert!(same_rate(1_000_000, 1_000_000, 0.5) > 0.9);
        assert!(same_rate(1_000_000, 1_100_000, 0.5) < 1e-12);
    }

    #[test]
    fn the_windows_lengths_count() {
        // Ten times the lines in ten times the time.
        assert!(same_rate(10, 100, 10.0 / 11.0) > 0.9);
        assert!(same_rate(100, 100, 1.0 / 11.0) < 1e-6);
    }

    #[test]
    fn many_tests_ask_for_more_proof() {
        assert_eq!(discoveries(&[0.04], 0.05), [true]);
        assert_eq!(discoveries(&[0.04, 0.9, 0.8, 0.7], 0.05), [false; 4]);
        assert_eq!(discoveries(&[0.001, 0.9, 0.02, 0.7], 0.05), [true, false, true, false]);
        assert!(discoveries(&[], 0.05).is_empty());
    }
}
