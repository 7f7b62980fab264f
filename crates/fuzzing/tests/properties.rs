//! Every fuzz target over bytes from a seeded generator: what they are made for, what resembles it, and noise. A failure
//! names the seed that shows it again.

use evenkeel_fuzzing::{TARGETS, seeds};
use rand::rngs::StdRng;
use rand::{Rng as _, RngCore as _, SeedableRng as _};

/// Inputs for each target. They take some seconds in a debug build; `make fuzz` goes on for as long as one likes.
const INPUTS: u64 = 3000;

fn noise(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = vec![0; random.random_range(0..200)];
    random.fill_bytes(&mut bytes);
    bytes
}

fn holds(name: &str) {
    let Some((_, target)) = TARGETS.iter().find(|(target, _)| *target == name) else {
        panic!("there is no target {name}");
    };
    let given = seeds::of(name);
    assert!(!given.is_empty(), "{name} has no seeds");
    for bytes in &given {
        target(bytes);
    }
    for seed in 0..INPUTS {
        let mut random = StdRng::seed_from_u64(seed);
        let bytes = if seed % 8 == 0 {
            noise(&mut random)
        } else {
            seeds::resembling(name, &given, &mut random)
        };
        let outcome = std::panic::catch_unwind(|| target(&bytes));
        assert!(outcome.is_ok(), "{name}, seed {seed}: {:?}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn tool_arguments_hold_for_any_bytes() {
    holds("tool_arguments");
}

#[test]
fn log_lines_hold_for_any_bytes() {
    holds("log_line");
}

#[test]
fn joined_lines_hold_for_any_bytes() {
    holds("log_join");
}

#[test]
fn mined_lines_hold_for_any_bytes() {
    holds("log_mine");
}

#[test]
fn log_queries_hold_for_any_bytes() {
    holds("logql");
}

#[test]
fn questions_to_evidence_hold_for_any_bytes() {
    holds("evidence");
}

#[test]
fn selectors_hold_for_any_bytes() {
    holds("selector");
}

#[test]
fn webhooks_hold_for_any_bytes() {
    holds("webhook");
}

#[test]
fn most_generated_arguments_are_understood() {
    let given = seeds::of("tool_arguments");
    let mut random = StdRng::seed_from_u64(0);
    let json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(&bytes[2..]).is_ok();
    let fit = given.iter().filter(|bytes| json(bytes)).count();
    assert_eq!(fit, given.len());
    let all: Vec<_> =
        (0..500).map(|_| seeds::resembling("tool_arguments", &given, &mut random)).collect();
    let parse = all.iter().filter(|bytes| bytes.len() > 2 && json(bytes)).count();
    assert!(parse > 100, "only {parse} of 500 inputs are JSON, so the tools are hardly reached");
}

#[test]
fn every_target_has_a_file_for_the_fuzzer() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let expected: Vec<String> = TARGETS.iter().map(|(name, _)| format!("{name}.rs")).collect();
    assert_eq!(files, expected);
}
