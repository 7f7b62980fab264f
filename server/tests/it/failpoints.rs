//! Fail points are for the kill harness alone.

use std::fs;

#[test]
fn the_binary_that_is_shipped_has_no_fail_points() {
    let binary = fs::read(env!("CARGO_BIN_EXE_evenkeel")).unwrap();
    let holds = |text: &[u8]| binary.windows(text.len()).any(|window| window == text);
    assert!(holds(b"EVENKEEL_LEASE"), "names of variables are found in a binary");
    assert!(!holds(b"EVENKEEL_FAILPOINT"));
    assert!(!holds(b"there is no fail point called"));
}
