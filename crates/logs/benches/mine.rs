//! Lines a second, on one core, for lines made here: a hundred messages of a shop with names, numbers and addresses.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evenkeel_logs::join::Joiner;
use evenkeel_logs::line;
use evenkeel_logs::mine::{Config, Line, Miner, Window};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

const LINES: usize = 20_000;

const WORDS: &[&str] = &[
    "order", "basket", "payment", "stock", "customer", "session", "request", "queue", "worker",
    "cache", "accepted", "rejected", "expired", "opened", "closed", "retried", "slowly", "again",
    "without", "because",
];

/// Messages: the same hundred sentences with other values in them each time.
fn messages() -> Vec<String> {
    let mut random = StdRng::seed_from_u64(1);
    let sentences: Vec<Vec<&str>> = (0..100)
        .map(|_| {
            let length = random.random_range(4..12);
            (0..length).map(|_| WORDS.choose(&mut random).copied().unwrap_or("word")).collect()
        })
        .collect();
    (0..LINES)
        .map(|_| {
            let mut words = sentences.choose(&mut random).cloned().unwrap_or_default().join(" ");
            let number: u32 = random.random();
            let values = match random.random_range(0..4) {
                0 => format!(" from 10.0.{}.7:8080", number % 256),
                1 => format!(" id={number:08x}-{}", number % 97),
                2 => format!(" took {} ms, user user{}", number % 5000, number % 300),
                _ => String::new(),
            };
            words.push_str(&values);
            words
        })
        .collect()
}

fn lines(criterion: &mut Criterion) {
    let messages = messages();
    let mut group = criterion.benchmark_group("logs");
    group.throughput(Throughput::Elements(LINES as u64));
    group.bench_function("mine", |bench| {
        let mut miner = Miner::new(Config::default());
        bench.iter(|| {
            for message in &messages {
                miner.add(Window::Current, Line::message(message));
            }
        });
        black_box(miner.templates());
    });
    group.bench_function("mine, from nothing, with templates", |bench| {
        bench.iter(|| {
            let mut miner = Miner::new(Config::default());
            for message in &messages {
                miner.add(Window::Current, Line::message(message));
            }
            miner.templates()
        });
    });
    let random: Vec<String> = {
        let mut random = StdRng::seed_from_u64(2);
        let mut word = || (0..6).map(|_| char::from(random.random_range(b'a'..=b'z'))).collect();
        (0..LINES).map(|_| (0..12).map(|_| word()).collect::<Vec<String>>().join(" ")).collect()
    };
    group.bench_function("mine nothing but new patterns", |bench| {
        let mut miner = Miner::new(Config::default());
        bench.iter(|| {
            for message in &random {
                miner.add(Window::Current, Line::message(message));
            }
        });
    });
    let text: Vec<String> = messages
        .iter()
        .map(|m| format!("2024-05-01T10:20:30.123Z INFO [main] shop.Order: {m}"))
        .collect();
    let json: Vec<String> = messages
        .iter()
        .map(|m| format!(r#"{{"time":"2024-05-01T10:20:30.123Z","level":"info","msg":"{m}","logger":"shop"}}"#))
        .collect();
    for (name, lines) in [("text", text), ("json", json)] {
        group.bench_function(format!("join, read {name} and mine"), |bench| {
            let mut miner = Miner::new(Config::default());
            bench.iter(|| {
                let mut joiner = Joiner::new();
                for line in &lines {
                    if let Some(event) = joiner.push(line) {
                        let entry = line::read(event.text.as_bytes(), None);
                        let line =
                            Line { message: &entry.message, level: entry.level, time: entry.time };
                        miner.add(Window::Current, line);
                    }
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, lines);
criterion_main!(benches);
