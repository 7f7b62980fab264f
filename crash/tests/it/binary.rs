//! The platform's binary with fail points. It is no binary of this package, so cargo does not
//! build it for these tests by itself; it is built here, and so is never an old one.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use evenkeel_lab::Runner;

/// Builds it, unless that has been done or `EVENKEEL_CRASH_PROGRAM` names one; where it is.
pub fn with_fail_points() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            if let Some(given) = std::env::var_os("EVENKEEL_CRASH_PROGRAM") {
                return given.into();
            }
            // …/<target>/<profile>/deps/it-…
            let test = std::env::current_exe().unwrap();
            let profile = test.ancestors().nth(2).unwrap();
            let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            cargo.current_dir(root).arg("build").arg("--target-dir").arg(profile.join(".."));
            let of = ["-p", "evenkeel-server", "--features", "failpoints"];
            let built = cargo.args(of).args(["--bin", "evenkeel-failpoints"]).output().unwrap();
            assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
            profile.join("evenkeel-failpoints")
        })
        .clone()
}

/// What plays the range's containers.
pub fn runner() -> Runner {
    let program = env!("CARGO_BIN_EXE_evenkeel-crash").into();
    Runner { program, prefix: vec!["lab".to_owned()] }
}
