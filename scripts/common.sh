# Shared by start.sh, stop.sh and the Makefile's targets: finding and installing what is missing.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }
step() { printf '\033[1m==> %s\033[0m\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Installs Debian packages when this user may; otherwise says exactly what to run.
install_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as=(sudo)
    else
      fail "these packages are missing and this user may not install them. Run as root:
    apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    fi
  fi
  command -v apt-get >/dev/null || fail "these are missing: ${missing[*]} (names are Debian's; install your system's equivalents)"
  step "installing ${missing[*]}"
  "${as[@]}" apt-get update -qq
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# A Rust toolchain that is new enough.
need_rust() {
  command -v cargo >/dev/null || fail "there is no Rust toolchain: see https://rustup.rs"
  local have want
  have=$(rustc --version | awk '{print $2}')
  want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
  [ "$(printf '%s\n%s\n' "$want" "$have" | sort -V | head -n 1)" = "$want" ] ||
    fail "Rust $have is too old: $want or newer is needed (rustup update)"
}

# A compiler for the front end's target: rustup's, or Debian's where rustup's cannot be had.
need_wasm() {
  local libdir
  libdir=$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null || true)
  [ -n "$libdir" ] && [ -d "$libdir" ] && return 0
  [ -x /usr/bin/rustc ] && [ -d /usr/lib/rustlib/src ] && return 0
  dpkg-query -W -f='${Status}' rustc-web 2>/dev/null | grep -q 'ok installed' && return 0
  if command -v rustup >/dev/null; then
    step "adding the WebAssembly target"
    timeout 60 rustup target add wasm32-unknown-unknown >/dev/null 2>&1 && return 0
    say "rustup could not; using Debian's compiler for the front end"
  fi
  install_packages rustc-web rust-web-src
}

# Where cargo puts what it builds.
target_dir() { printf '%s' "${CARGO_TARGET_DIR:-$PWD/target}"; }

# Whether anything the build depends on is newer than the file given.
newer_than() {
  [ -e "$1" ] || return 0
  [ -n "$(find app crates frontend lab server xtask style public config policies migrations Cargo.toml Cargo.lock \
    -type f -newer "$1" -print -quit)" ]
}
