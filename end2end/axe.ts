// axe, in the page itself.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const source = readFileSync(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
const COLOURS = ["color-contrast", "link-in-text-block"];

/** What is known to be wrong: rule and element. What is mended must go from here, or it may come back unseen. */
const KNOWN: [rule: string, element: RegExp][] = [
  // The second lines of the audit table and the foldable values of findings are 20 px high and stand close together.
  ["target-size", /^<summary>Details<\/summary>$|^<summary class="muted">Values<\/summary>$|^<a href="\/incidents\/\w+">[^<]+<\/a>$/],
  // The link back to now stands in a sentence and differs from it by colour alone.
  ["link-in-text-block", /^<a href="\/incidents\/\w+">Back to now<\/a>$/],
  // The page of an incident that is not there has no title.
  ["document-title", /^<html /],
];

/** That axe finds nothing wrong with the page as it is now; `colours` asks only for what a theme can change. */
export async function accessible(page: Page, what: string, colours = false) {
  await page.evaluate(source);
  const runOnly = colours ? { type: "rule", values: COLOURS } : { type: "tag", values: TAGS };
  const { violations } = await page.evaluate(async (runOnly): Promise<AxeResults> => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    return axe.run(document, { runOnly, resultTypes: ["violations"] } as import("axe-core").RunOptions);
  }, runOnly);
  const known = (rule: string, html: string) => KNOWN.some(([id, element]) => id === rule && element.test(html));
  const told = violations.flatMap(({ id, nodes }) =>
    nodes
      .filter(({ html }) => !known(id, html))
      .map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
  expect(told, what).toEqual([]);
}
