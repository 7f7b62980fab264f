// What every test has: a page of a signed-in person that is watched for everything that must not happen.
import { test as base, expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { read, type Role } from "./world/state";

export { expect };

interface Options {
  /** Who looks; nobody is signed in if null. */
  role: Role | null;
}
interface Fixtures {
  /** Names what a test means to provoke: a pattern that a console line, a failed request or an answer fits. */
  expected: (pattern: RegExp) => void;
  /** A page of somebody else, in a browser profile of its own. */
  as: (role: Role | null) => Promise<Page>;
}

export const test = base.extend<Options & Fixtures & { problems: Problems }>({
  role: ["admin", { option: true }],
  baseURL: async ({}, use) => use(read().url),
  storageState: async ({ role }, use) => use(stored(role)),
  problems: [
    async ({}, use) => {
      const problems = new Problems();
      await use(problems);
      expect(problems.unexpected(), "nothing fails and nothing complains").toEqual([]);
    },
    { auto: true },
  ],
  expected: async ({ problems }, use) => use((pattern) => problems.expect(pattern)),
  context: async ({ context, problems }, use) => {
    problems.watch(context);
    await use(context);
  },
  as: async ({ browser, problems, contextOptions, javaScriptEnabled, viewport }, use) => {
    const made: BrowserContext[] = [];
    await use(async (role) => {
      const own = { javaScriptEnabled, viewport, baseURL: read().url, storageState: stored(role) };
      const context = await (browser as Browser).newContext({ ...contextOptions, ...own });
      made.push(context);
      problems.watch(context);
      return context.newPage();
    });
    for (const context of made) await context.close();
  },
});

function stored(role: Role | null) {
  const value = role && read().sessions[role];
  const { hostname } = new URL(read().url);
  const rest = { domain: hostname, path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Lax" } as const;
  return { cookies: value ? [{ name: "evenkeel", value, ...rest }] : [], origins: [] };
}

class Problems {
  private seen: string[] = [];
  private patterns: RegExp[] = [];

  expect(pattern: RegExp) {
    this.patterns.push(pattern);
  }

  watch(context: BrowserContext) {
    const note = (line: string) => this.seen.push(line);
    context.on("console", (message) => {
      const { url } = message.location();
      if (["error", "warning"].includes(message.type())) note(`console: ${message.text()} (${url})`);
    });
    context.on("weberror", (error) => note(`error: ${error.error().stack}`));
    context.on("response", (answer) => {
      if (answer.status() >= 400) note(`answer: ${answer.status()} ${answer.request().method()} ${answer.url()}`);
    });
    context.on("requestfailed", (request) => {
      const why = request.failure()?.errorText;
      // The page itself ended what it no longer needed: it was left.
      if (why !== "net::ERR_ABORTED") note(`request: ${why} ${request.method()} ${request.url()}`);
    });
  }

  unexpected(): string[] {
    return this.seen.filter((line) => !this.patterns.some((pattern) => pattern.test(line)));
  }
}
