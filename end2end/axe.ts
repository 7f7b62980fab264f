// axe, in the page itself.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const source = readFileSync(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
const COLOURS = ["color-contrast", "link-in-text-block"];

/** That axe finds nothing wrong with the page as it is now; `colours` asks only for what a theme can change. */
export async function accessible(page: Page, what: string, colours = false) {
  await page.evaluate(source);
  const runOnly = colours ? { type: "rule", values: COLOURS } : { type: "tag", values: TAGS };
  const { violations } = await page.evaluate(async (runOnly): Promise<AxeResults> => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    return axe.run(document, { runOnly, resultTypes: ["violations"] } as import("axe-core").RunOptions);
  }, runOnly);
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
  expect(told, what).toEqual([]);
}
