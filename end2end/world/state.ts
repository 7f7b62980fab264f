// What is up, in a file: the tests run in another process than the one that brought it up.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Role = "viewer" | "responder" | "approver" | "admin";
export const ROLES: Role[] = ["viewer", "responder", "approver", "admin"];
export const PASSWORD = "correct-horse-battery";
export const email = (role: Role) => `${role}@shop.test`;

export interface State {
  dir: string;
  url: string;
  environment: Record<string, string>;
  server?: number;
  range?: {
    prometheusUrl: string;
    kubeconfig: string;
    kubeconfigOperator: string;
    lokiUrl: string;
    githubUrl: string;
    githubRepository: string;
    githubTokenFile: string;
  };
  cluster?: string;
  token?: string;
  sessions: Partial<Record<Role, string>>;
}

const POINTER = "EVENKEEL_E2E_STATE";

export function begin(): string {
  const dir = mkdtempSync(join(tmpdir(), "evenkeel-e2e-"));
  process.env[POINTER] = join(dir, "world.json");
  return dir;
}

export function read(): State {
  const file = process.env[POINTER];
  if (!file) throw new Error("there is no world: run the tests with playwright test");
  return JSON.parse(readFileSync(file, "utf8"));
}

export function write(state: State) {
  writeFileSync(process.env[POINTER]!, JSON.stringify(state, null, 2), { mode: 0o600 });
}

export function change(part: Partial<State>) {
  write({ ...read(), ...part });
}
