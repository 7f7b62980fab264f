// `evenkeel serve`: started, killed, started again.
import { start } from "./binary";
import { change, read } from "./state";
import { until } from "./wait";

export async function serve() {
  change({ server: start(["serve"], "server.log") });
  const { url } = read();
  await until("the server to be ready", 60, async () => (await fetch(`${url}/readyz`)).ok);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** kill -9 unless a gentler signal is named. */
export async function end(signal: "SIGKILL" | "SIGTERM" = "SIGKILL") {
  const { server } = read();
  if (!server) return;
  change({ server: undefined });
  if (!alive(server)) throw new Error("the server had ended by itself; its log says why");
  process.kill(server, signal);
  await until("the server to end", 20, async () => !alive(server));
}
