// Ends everything that was started, also after a failure. What was logged is kept if something went wrong.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./binary";
import { end } from "./server";
import { read } from "./state";

export async function down() {
  const { dir } = read();
  const wrong: unknown[] = [];
  await end("SIGTERM").catch((error) => wrong.push(error));
  const place = join(dir, "range");
  if (existsSync(place)) {
    try {
      run(["lab", "down", "--data-dir", place]);
    } catch (error) {
      wrong.push(error);
    }
  }
  const log = join(dir, "server.log");
  const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
  wrong.push(...lines.filter((line) => line.includes("panicked")));
  if (wrong.length) throw new Error(`ending the world in ${dir}: ${wrong.join("\n")}`);
  if (!process.env.EVENKEEL_E2E_KEEP) rmSync(dir, { recursive: true, force: true });
}

export default down;
