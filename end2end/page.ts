// What several tests ask of a page.
import { expect, type Locator, type Page } from "@playwright/test";

/** Marks the page; the returned check fails if it was loaded anew since. */
export async function stays(page: Page): Promise<() => Promise<void>> {
  const name = "evenkeelStays";
  await page.evaluate((name) => Object.assign(window, { [name]: true }), name);
  return async () => {
    const stayed = await page.evaluate((name) => name in window, name);
    expect(stayed, "the page is live: it was not loaded anew").toBe(true);
  };
}

/** The Action Deck. */
export const deck = (page: Page): Locator => page.getByRole("region", { name: "Action deck" });

/** The current phase on the rail. */
export const phase = (page: Page): Locator =>
  page.getByRole("list", { name: "Phases of this incident" }).locator('[aria-current="step"]');

/** The journal times of the lines in Mission Control, in their order. */
export async function lines(page: Page): Promise<string[]> {
  const log = page.getByRole("log", { name: "Journal entries" });
  return log.locator("time").evaluateAll((times) => times.map((time) => time.getAttribute("datetime")!));
}

/** That nothing sticks out at the side. */
export async function fits(page: Page) {
  const { scroll, client } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scroll: scrollWidth, client: clientWidth };
  });
  expect(scroll, `${page.url()} is not wider than its window`).toBeLessThanOrEqual(client);
}

/** What opens a question in place. */
export const opener = (page: Page, words: string | RegExp): Locator =>
  page.locator("summary").filter({ hasText: words });

/** Says yes to the plan that waits. */
export async function approve(page: Page) {
  await opener(page, /^Approve: /).click();
  await page.getByRole("button", { name: "Approve plan" }).click();
}

/** The hypothesis that was ranked first. */
export const best = (page: Page): Locator => page.getByRole("article").filter({ hasText: /^Rank 1/ });

/** That the fix was proven with figures from before and after. */
export async function proven(page: Page) {
  const verification = deck(page).getByRole("region", { name: "Verification" });
  await expect(verification).toContainText("RESOLVED");
  const figures = verification.getByRole("list", { name: "Before and after the fix" }).getByRole("listitem");
  await expect(figures.first()).toContainText(/before: .+after: .+/s);
  const texts = await figures.allInnerTexts();
  const pairs = texts.map((text) => [/before: (.*)/.exec(text)?.[1], /after: (.*)/.exec(text)?.[1]]);
  expect(pairs.some(([before, after]) => before !== after), `something changed: ${texts}`).toBe(true);
}
