// The REST API, as a program with an administrator's token uses it.
import { read } from "./state";
import { until } from "./wait";

export interface Incident {
  id: string;
  phase: string;
  status: string;
  conclusion: string | null;
  plan: { hash: string; actions: { kind: string; target: { object: { name: string } } }[] } | null;
  hypotheses: { cause: string; summary: string; object: { kind: string; name: string } }[];
}
export interface Entry {
  seq: number;
  at: string;
  event: string;
  evidence?: { id: string };
}

export async function call(method: string, path: string, body?: unknown): Promise<Response> {
  const { url, token } = read();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return fetch(url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

export async function get<T>(path: string): Promise<T> {
  const answer = await call("GET", path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json() as Promise<T>;
}

export const incident = (id: string) => get<Incident>(`/api/v1/incidents/${id}`);

export async function incidents(): Promise<Incident[]> {
  return (await get<{ incidents: Incident[] }>("/api/v1/incidents?limit=200")).incidents;
}

/** Waits until an incident has this status. */
export function status(id: string, wanted: string, seconds = 90): Promise<Incident> {
  return until(`incident ${id} to be ${wanted}`, seconds, async () => {
    const now = await incident(id);
    if (now.status !== wanted) throw new Error(`it is ${now.status}: ${now.conclusion ?? now.phase}`);
    return now;
  });
}

export async function reject(id: string) {
  const { plan } = await incident(id);
  return call("POST", `/api/v1/incidents/${id}/plans/${plan?.hash}/reject`, { reason: "said by a test" });
}

export async function journal(id: string): Promise<Entry[]> {
  const all: Entry[] = [];
  for (;;) {
    const page = await get<Entry[]>(`/api/v1/incidents/${id}/journal?after=${all.length}`);
    if (!page.length) return all;
    all.push(...page);
  }
}
