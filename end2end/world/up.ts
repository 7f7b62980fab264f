// Brings the world up: server, people, practice range, connected with each other.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ask, ROOT, run } from "./binary";
import { down } from "./down";
import { ports } from "./ports";
import { serve } from "./server";
import { begin, change, email, PASSWORD, read, type Role, ROLES, type State, write } from "./state";

export default async function up() {
  const site = join(ROOT, "site");
  if (!existsSync(join(site, "manifest.json"))) throw new Error("the front end is not built: make site");
  const dir = begin();
  const address = `127.0.0.1:${await ports(1)}`;
  const environment = {
    PATH: process.env.PATH ?? "",
    HOME: dir,
    DATABASE_URL: `sqlite://${join(dir, "evenkeel.db")}`,
    EVENKEEL_ADDR: address,
    EVENKEEL_SITE: site,
    EVENKEEL_SECRET_KEY: randomBytes(32).toString("hex"),
    EVENKEEL_LEASE: "3",
    EVENKEEL_VERIFY_HOLD: "3",
    EVENKEEL_VERIFY_WITHIN: "90",
    EVENKEEL_VERIFY_EVERY: "1",
  };
  write({ dir, url: `http://${address}`, environment, sessions: {} });
  try {
    people();
    await serve();
    const sessions: State["sessions"] = {};
    for (const role of ROLES) sessions[role] = await session(role);
    change({ sessions });
    await range();
  } catch (error) {
    await down();
    throw error;
  }
}

function people() {
  run(["migrate"]);
  for (const role of ROLES) {
    run(["user", "create", "--email", email(role), "--role", role, "--password-stdin"], `${PASSWORD}\n`);
  }
  const token = ["token", "create", "--user", email("admin"), "--name", "tests", "--scope", "full"];
  change({ token: ask<{ secret: string }>(token).secret });
}

/** Signs in as the sign-in form does; the session's cookie. */
async function session(role: Role): Promise<string> {
  const answer = await fetch(`${read().url}/api/ui/sign-in`, {
    method: "POST",
    body: new URLSearchParams({ email: email(role), password: PASSWORD, next: "/" }),
    redirect: "manual",
  });
  const cookie = answer.headers.get("set-cookie")?.match(/^evenkeel=([^;]+)/)?.[1];
  if (!cookie) throw new Error(`${email(role)} could not sign in: ${answer.status} ${await answer.text()}`);
  return cookie;
}

async function range() {
  const place = join(read().dir, "range");
  mkdirSync(place);
  const base = String(await ports(6));
  const options = ["--detach", "--json", "--ports", base, "--data-dir", place, "--back-off-ms", "2000"];
  const range: NonNullable<State["range"]> & { alertmanagerUrl: string } = JSON.parse(run(["lab", "up", ...options]));
  change({ range });
  const { cluster, token } = ask<{ cluster: { id: string }; token: string }>([
    ...["cluster", "add", "--name", "practice-range", "--environment", "production", "--practice-range"],
    ...["--prometheus-url", range.prometheusUrl, "--alertmanager-url", range.alertmanagerUrl],
    ...["--kubeconfig", range.kubeconfigOperator],
  ]);
  change({ cluster: cluster.id });
  const url = `${read().url}/webhook/alert`;
  run(["lab", "webhook", "--data-dir", place, "--webhook-url", url, "--webhook-token", token]);
}
