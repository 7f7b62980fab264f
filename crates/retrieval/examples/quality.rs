//! Prints how well and how fast alerts find their runbooks, by each way of ranking.
//!
//! `cargo run --release -p evenkeel-retrieval --example quality [TABLE]`; a table made by `data/make-table.py` with other
//! columns shows what cutting costs.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "an example over dozens of things that may panic"
)]

#[path = "../tests/evaluation/mod.rs"]
mod evaluation;

use std::time::Instant;

use evaluation::{Figures, ask, figures, fill, is_held_out, pairs, place};
use evenkeel_retrieval::{Hit, Index, Limits, Signals, table::Table};

type Ranking = (String, Box<dyn Fn(&[Hit]) -> Vec<f32>>);

fn main() {
    let table = match std::env::args().nth(1).filter(|arg| !arg.starts_with("--")) {
        Some(path) => Table::open(std::fs::read(path).unwrap().leak()).unwrap(),
        None => Table::shipped(),
    };
    let before = resident_kib();
    let index = fill(Index::with_table(Limits::default(), table));
    println!("{} documents, {} columns a vector", index.len(), table.columns());
    if let (Some(before), Some(after)) = (before, resident_kib()) {
        println!(
            "memory of the index and the pages of the table it touched: {:.1} MiB",
            (after - before) / 1024.0
        );
    }
    println!("\n{:<28} {:>21} {:>21} {:>21}", "", "tuned on (40)", "held out (20)", "all (60)");
    println!(
        "{:<28} {:>21} {:>21} {:>21}",
        "ranking", "recall@3 / MRR", "recall@3 / MRR", "recall@3 / MRR"
    );
    for (name, ranking) in rankings() {
        let show = |wanted: &dyn Fn(usize) -> bool| {
            let Figures { recall_3, mrr, .. } = measure(&index, &ranking, wanted);
            format!("{recall_3:.3} / {mrr:.3}")
        };
        let tuned = show(&|nth| !is_held_out(nth));
        println!("{name:<28} {tuned:>21} {:>21} {:>21}", show(&is_held_out), show(&|_| true));
    }
    if std::env::args().any(|arg| arg == "--tune") {
        tune(&index);
    }
    thresholds(&index);
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..50 {
        for pair in pairs() {
            let began = Instant::now();
            let hits = ask(&index, &pair, 3);
            times.push(began.elapsed().as_secs_f64() * 1e3);
            assert!(!hits.is_empty());
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[(times.len() as f64 * share) as usize];
    println!(
        "\na search: median {:.2} ms, p95 {:.2} ms, p99 {:.2} ms",
        at(0.5),
        at(0.95),
        at(0.99)
    );
}

/// Tries shares on the pairs that may be tuned on, and prints the best with what they do to the others.
fn tune(index: &Index) {
    let asked: Vec<_> =
        pairs().iter().map(|pair| (ask(index, pair, usize::MAX), pair.expect.clone())).collect();
    let mut tried = Vec::new();
    for exact in [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7] {
        for title_share in [0.2, 0.3, 0.4, 0.5, 0.6] {
            let meaning: f32 = 1.0 - exact;
            let (title_meaning, text_meaning) =
                (meaning * title_share, meaning * (1.0 - title_share));
            let shares = Signals { exact, title_meaning, text_meaning };
            let of = |held_out: bool| {
                let some =
                    asked.iter().enumerate().filter(|(nth, _)| is_held_out(*nth) == held_out);
                figures(some.map(|(_, (hits, expect))| {
                    let named = |hit: &Hit| if hit.named { 1.0 } else { 0.0 };
                    let score = |hit: &Hit| hit.signals.sum(&shares) + named(hit);
                    let mut order: Vec<_> = hits.iter().map(|hit| (score(hit), &hit.id)).collect();
                    order.sort_by(|a, b| b.0.total_cmp(&a.0));
                    place(order.into_iter().map(|(_, id)| id.as_str()), expect)
                }))
            };
            tried.push((of(false), of(true), shares));
        }
    }
    tried.sort_by(|a, b| (b.0.recall_3 + b.0.mrr).total_cmp(&(a.0.recall_3 + a.0.mrr)));
    println!("\nbest shares on the tuned pairs, and what they do to those held out");
    for (tuned, held, shares) in tried.iter().take(12) {
        println!(
            "{:.3}/{:.3}  {:.3}/{:.3}  {shares:?}",
            tuned.recall_3, tuned.mrr, held.recall_3, held.mrr
        );
    }
}

/// What is shown and what is not: how many right answers a threshold keeps, and how many of the best wrong ones.
fn thresholds(index: &Index) {
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for pair in pairs() {
        let hits = ask(index, &pair, usize::MAX);
        right.extend(hits.iter().find(|hit| hit.id == pair.expect).cloned());
        wrong.extend(hits.iter().find(|hit| hit.id != pair.expect).cloned());
    }
    println!("\nkept by a threshold: right answers / the best wrong ones, of {}", right.len());
    for coverage in [0.1_f32, 0.15, 0.2, 0.25, 0.3, 0.4] {
        for meaning in [0.0_f32, 0.2, 0.3, 0.4, 0.5] {
            let kept = |hits: &[Hit]| {
                hits.iter()
                    .filter(|hit| hit.named || (hit.coverage >= coverage && hit.meaning >= meaning))
                    .count()
            };
            print!("  {coverage}&{meaning}: {}/{}", kept(&right), kept(&wrong));
        }
        println!();
    }
}

fn rankings() -> Vec<Ranking> {
    let mut all: Vec<Ranking> = vec![
        (
            "BM25 alone".into(),
            Box::new(|hits: &[Hit]| hits.iter().map(|h| h.signals.exact).collect()),
        ),
        ("meaning alone".into(), Box::new(|hits: &[Hit]| hits.iter().map(|h| h.meaning).collect())),
        ("reciprocal rank, k = 60".into(), Box::new(|hits: &[Hit]| reciprocal(hits, 60.0))),
        ("reciprocal rank, k = 10".into(), Box::new(|hits: &[Hit]| reciprocal(hits, 10.0))),
    ];
    for tenths in [3_u8, 4, 5, 6, 7, 8] {
        let weight = f32::from(tenths) / 10.0;
        let rank = move |hits: &[Hit]| {
            hits.iter()
                .map(|h| weight * h.signals.exact + (1.0 - weight) * h.meaning.max(0.0))
                .collect()
        };
        all.push((format!("weighted, {weight:.1} exact"), Box::new(rank)));
    }
    let shipped = |hits: &[Hit]| hits.iter().map(|h| h.score).collect();
    all.push(("as shipped".into(), Box::new(shipped)));
    all
}

fn reciprocal(hits: &[Hit], k: f32) -> Vec<f32> {
    let mut scores = vec![0.0; hits.len()];
    for by in [|hit: &Hit| hit.signals.exact, |hit: &Hit| hit.meaning] {
        let mut order: Vec<usize> = (0..hits.len()).collect();
        order.sort_by(|a, b| by(&hits[*b]).total_cmp(&by(&hits[*a])));
        for (rank, at) in order.into_iter().enumerate() {
            scores[at] += 1.0 / (k + rank as f32 + 1.0);
        }
    }
    scores
}

fn measure(
    index: &Index,
    ranking: &dyn Fn(&[Hit]) -> Vec<f32>,
    wanted: &dyn Fn(usize) -> bool,
) -> Figures {
    let pairs = pairs();
    let asked = pairs.iter().enumerate().filter(|(nth, _)| wanted(*nth));
    figures(asked.map(|(_, pair)| {
        let hits = ask(index, pair, usize::MAX);
        let scores = ranking(&hits);
        let mut order: Vec<usize> = (0..hits.len()).collect();
        order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        place(order.iter().map(|at| hits[*at].id.as_str()), &pair.expect)
    }))
}

/// Resident memory of this process, where the system tells.
fn resident_kib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
