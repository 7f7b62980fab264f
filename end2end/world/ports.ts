import { createServer } from "node:net";

function free(port: number): Promise<boolean> {
  return new Promise((say) => {
    const server = createServer();
    server.once("error", () => say(false));
    server.listen(port, "127.0.0.1", () => server.close(() => say(true)));
  });
}

/** The first of `count` free ports in a row, below those that the system hands out by itself. */
export async function ports(count: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const base = 20_000 + Math.floor(Math.random() * 1_000) * 10;
    const all = await Promise.all(Array.from({ length: count }, (_, at) => free(base + at)));
    if (all.every(Boolean)) return base;
  }
  throw new Error(`there are no ${count} free ports in a row`);
}
