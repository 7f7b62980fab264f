// A second server with nothing in it: what a newcomer sees.
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { start } from "./binary";
import { ports } from "./ports";
import { email, PASSWORD, read } from "./state";
import { until } from "./wait";

export interface Bare {
  url: string;
  end: () => void;
}

export async function bare(): Promise<Bare> {
  const { dir, environment } = read();
  const place = join(dir, "bare");
  mkdirSync(place, { recursive: true });
  const address = `127.0.0.1:${await ports(1)}`;
  const pid = start(["serve"], "bare.log", {
    ...environment,
    EVENKEEL_ADDR: address,
    DATABASE_URL: `sqlite://${join(place, `${randomBytes(4).toString("hex")}.db`)}`,
    EVENKEEL_ADMIN_EMAIL: email("admin"),
    EVENKEEL_ADMIN_PASSWORD: PASSWORD,
  });
  const url = `http://${address}`;
  await until("the bare server to be ready", 60, async () => (await fetch(`${url}/readyz`)).ok);
  return { url, end: () => process.kill(pid, "SIGTERM") };
}
