//! Compiling the front end, with whatever compiler on this machine can.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

const TARGET: &str = "wasm32-unknown-unknown";
const PACKAGE: &str = "evenkeel-frontend";
const FILE: &str = "evenkeel_frontend.wasm";
/// Where Debian's `rustc-web` puts its compiler.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
/// What Debian's compiler needs besides: it ships no standard library for the browser, but its source.
const DEBIAN_STD: &str = "/usr/lib/rustlib/src/rust/library";

/// Compiles the front end and returns the path of the module.
pub fn compile(root: &Path, dev: bool) -> Result<PathBuf> {
    let profile = if dev { "dev" } else { "wasm-release" };
    let target_dir = target_dir(root);
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args([
        "build",
        "--package",
        PACKAGE,
        "--profile",
        profile,
        "--target",
        TARGET,
    ]);
    cargo.arg("--target-dir").arg(&target_dir);
    for inherited in ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "RUSTC_WRAPPER"] {
        cargo.env_remove(inherited);
    }
    if !has_target() {
        use_debian_compiler(&mut cargo)?;
    }
    let status = cargo.status().context("starting cargo")?;
    ensure!(status.success(), "compiling the front end for the browser failed");
    let folder = if dev { "debug" } else { profile };
    Ok(target_dir.join(TARGET).join(folder).join(FILE))
}

/// A folder of its own: two compilers must not throw away each other's work.
fn target_dir(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("wasm")
}

/// Whether the default compiler has the browser's standard library.
fn has_target() -> bool {
    sysroot().is_some_and(|sysroot| sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn sysroot() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?;
    output.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn use_debian_compiler(cargo: &mut Command) -> Result<()> {
    if !Path::new(DEBIAN_RUSTC).exists() || !debian_std_source() {
        bail!(
            "no compiler for {TARGET}: run `rustup target add {TARGET}`, \
             or where that is not possible `apt-get install rustc-web rust-web-src`"
        );
    }
    let bundled =
        sysroot().map(|sysroot| sysroot.join("lib/rustlib").join(host()).join("bin/rust-lld"));
    let linker = bundled
        .filter(|lld| lld.is_file())
        .or_else(|| find_program(&["rust-lld", "lld-19", "wasm-ld-19", "wasm-ld", "lld"]));
    let linker = linker.context("no WebAssembly linker: install Debian's `lld-19`")?;
    println!("using {DEBIAN_RUSTC} for the browser's half (rustup has no {TARGET} here)");
    cargo
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    Ok(())
}

/// The source of the standard library, wherever the compiler itself expects it.
fn debian_std_source() -> bool {
    let output = Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]).output();
    let below_sysroot = output.is_ok_and(|output| {
        let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Path::new(&sysroot).join("lib/rustlib/src/rust/library").is_dir()
    });
    below_sysroot || Path::new(DEBIAN_STD).is_dir()
}

fn host() -> String {
    format!("{}-unknown-linux-gnu", env::consts::ARCH)
}

fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| {
        env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    })
}

/// Older versions (Debian's 108 among them) turn the table of `externref` into one of `anyref`: the module still
/// validates, and then throws in the browser before the first component is alive.
const OLDEST_OPTIMISER: u32 = 116;

/// The number in `wasm-opt version 108 (…)`.
fn optimiser_version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

fn parse_version(text: &str) -> Option<u32> {
    text.split_whitespace().find_map(|word| word.parse().ok())
}

/// Runs `wasm-opt` if there is one; the module works without, only larger.
pub fn optimise(module: Vec<u8>) -> Result<Vec<u8>> {
    let Some(program) = find_program(&["wasm-opt"]) else {
        println!(
            "no wasm-opt here: the module stays some per cent larger (npm package `binaryen`)"
        );
        return Ok(module);
    };
    if optimiser_version(&program).is_none_or(|version| version < OLDEST_OPTIMISER) {
        println!(
            "wasm-opt here is older than {OLDEST_OPTIMISER}: not used, the module stays some per cent larger"
        );
        return Ok(module);
    }
    let folder = env::temp_dir().join(format!("evenkeel-wasm-opt-{}", std::process::id()));
    fs::create_dir_all(&folder).context("creating a folder for wasm-opt")?;
    let (before, after) = (folder.join("in.wasm"), folder.join("out.wasm"));
    fs::write(&before, &module).context("handing the module to wasm-opt")?;
    // What rustc emits by default, named one by one because older versions of wasm-opt enable none of it.
    let features = [
        "--enable-bulk-memory",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
    ];
    let status =
        Command::new(program).arg("-Oz").args(features).arg(&before).arg("-o").arg(&after).status();
    let optimised = match status {
        Ok(status) if status.success() => fs::read(&after).ok(),
        _ => None,
    };
    fs::remove_dir_all(&folder).ok();
    if optimised.is_none() {
        println!("wasm-opt refused the module (too old?): continuing with the larger one");
    }
    Ok(optimised.unwrap_or(module))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_wasm_opt_is_read_and_debians_is_too_old() {
        assert_eq!(parse_version("wasm-opt version 123 (version_123)\n"), Some(123));
        assert!(
            parse_version("wasm-opt version 108").is_some_and(|version| version < OLDEST_OPTIMISER)
        );
        assert_eq!(parse_version("unknown"), None);
    }
}
