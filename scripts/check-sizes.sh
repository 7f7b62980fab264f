#!/usr/bin/env bash
# Small files stay readable: no hand-written Rust file above 600 lines without its tests.
set -euo pipefail
cd "$(dirname "$0")/.."
too_long=$(git ls-files '*.rs' | while read -r file; do
  lines=$(awk '/^#\[cfg\(test\)\]$/{exit} {n++} END{print n+0}' "$file")
  case "$file" in */tests/*) continue ;; esac
  if [ "$lines" -gt 600 ]; then printf '%s %s\n' "$lines" "$file"; fi
done)
if [ -n "$too_long" ]; then
  printf 'files above 600 lines without tests:\n%s\n' "$too_long" >&2
  exit 1
fi
main_lines=$(wc -l <server/src/main.rs)
[ "$main_lines" -lt 60 ] || { echo "server/src/main.rs has $main_lines lines; 60 is the limit" >&2; exit 1; }
