//! Fail points are for the kill harness alone.

use std::fs;

#[test]
fn the_binary_that_is_shipped_has_no_fail_points() {
    let binary = fs::read(env!("CARGO_BIN_EXE_evenkeel")).unwrap();
    let binary = String::from_utf8_lossy(&binary);
    assert!(binary.contains("EVENKEEL_LEASE"), "names of variables are found in a binary");
    assert!(!binary.contains("EVENKEEL_FAILPOINT"));
    assert!(!binary.contains("EVENKEEL_CLOCK_OFFSET"));
    assert!(!binary.contains("there is no fail point called"));
}
