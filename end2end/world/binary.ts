// The binary under test, with nothing of this shell's environment but the search path.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { join, resolve } from "node:path";
import { read } from "./state";

export const ROOT = resolve(__dirname, "../..");

export function program(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const path = resolve(ROOT, process.env.EVENKEEL_BIN ?? join(target, "debug/evenkeel"));
  if (!existsSync(path)) throw new Error(`${path} is not there: make test-browser builds it`);
  return path;
}

/** Runs a command that must succeed; its standard output. */
export function run(args: string[], input = ""): string {
  const { environment } = read();
  const done = spawnSync(program(), args, { cwd: ROOT, env: environment, input, encoding: "utf8" });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`evenkeel ${args.join(" ")}: ${done.stderr}${done.stdout}`);
  return done.stdout;
}

/** The same for a command that answers in JSON. */
export function ask<T>(args: string[], input = ""): T {
  return JSON.parse(run(["--json", ...args], input));
}

/** Starts a command that goes on; its process id. */
export function start(args: string[], log: string, env = read().environment): number {
  const file = openSync(join(read().dir, log), "a");
  const options = { cwd: ROOT, env, detached: true, stdio: ["ignore", file, file] } as const;
  const child = spawn(program(), args, options);
  child.unref();
  if (!child.pid) throw new Error(`evenkeel ${args.join(" ")} did not start`);
  return child.pid;
}
