// The practice range: broken, healed, looked at.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as api from "./api";
import { run } from "./binary";
import { read } from "./state";
import { until } from "./wait";

const lab = (...args: string[]) => run(["lab", ...args, "--data-dir", join(read().dir, "range")]);

async function prometheus<T>(path: string): Promise<T> {
  const answer = await fetch(`${read().range!.prometheusUrl}/api/v1/${path}`);
  return ((await answer.json()) as { data: T }).data;
}

/** Breaks the shop once there is a healthy past to compare with, and nothing is left of the fault before. */
export async function fault(name: string): Promise<Set<string>> {
  await hasPast();
  await heal();
  const known = new Set((await api.incidents()).map((incident) => incident.id));
  lab("fault", name);
  return known;
}

/** The incident that was opened since. */
export function opened(known: Set<string>): Promise<string> {
  return until("an alert", 90, async () => {
    const fresh = (await api.incidents()).filter((incident) => !known.has(incident.id));
    return fresh.at(-1)?.id;
  });
}

/** Rates look back half a minute and more: Prometheus must once have seen enough of the whole healthy shop. */
function hasPast() {
  const query = 'count(count_over_time(up{job="kubernetes-pods"}[1h]) >= 75) >= 5';
  return until("Prometheus to have a past", 180, async () => {
    const { result } = await prometheus<{ result: unknown[] }>(`query?query=${encodeURIComponent(query)}`);
    return result.length > 0;
  });
}

/** Everything healthy, nothing open, nothing alerting. */
export async function heal() {
  lab("heal");
  await api.call("POST", `/api/v1/clusters/${read().cluster}/resume`, {});
  await until("the range to be quiet", 150, async () => {
    const open = (await api.incidents()).filter((incident) => incident.phase !== "closed");
    for (const { id, status } of open) if (status === "awaiting_approval") await api.reject(id);
    const { alerts } = await prometheus<{ alerts: unknown[] }>("alerts");
    return open.length === 0 && alerts.length === 0;
  });
}

/** A Deployment's generation: how often its specification was changed. */
export function generation(deployment: string): number {
  const kubeconfig = read().range!.kubeconfig;
  const args = ["--kubeconfig", kubeconfig, "-n", "shop", "get", "deployment", deployment];
  return Number(execFileSync("kubectl", [...args, "-o", "jsonpath={.metadata.generation}"], { encoding: "utf8" }));
}

/** The image that a Deployment asks for. */
export function image(deployment: string): string {
  const kubeconfig = read().range!.kubeconfig;
  const args = ["--kubeconfig", kubeconfig, "-n", "shop", "get", "deployment", deployment];
  const path = "jsonpath={.spec.template.spec.containers[0].image}";
  return execFileSync("kubectl", [...args, "-o", path], { encoding: "utf8" });
}

/** An incident whose plan waits for a person; the shop is broken for it if there is none. */
export async function waiting(): Promise<string> {
  const open = (await api.incidents()).find((incident) => incident.status === "awaiting_approval");
  if (open) return open.id;
  const broken = image("checkout").endsWith(":1.5.2");
  const id = broken ? await investigation() : await opened(await fault("missing-image"));
  await api.status(id, "awaiting_approval");
  return id;
}

async function investigation(): Promise<string> {
  const what = { reason: "asked by a test", namespace: "shop", workload: "checkout" };
  const answer = await api.call("POST", `/api/v1/clusters/${read().cluster}/investigations`, what);
  return ((await answer.json()) as { incident: string }).incident;
}
