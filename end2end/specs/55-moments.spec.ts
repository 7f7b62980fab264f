// An incident as it was: the whole page at any record, with and without JavaScript, and nothing to press in it.
import { expect, test } from "../test";
import { accessible } from "../axe";
import { deck, fits, lines, opener, stays } from "../page";
import * as api from "../world/api";
import * as range from "../world/range";
import type { Page } from "@playwright/test";

test.setTimeout(300_000);

/** A browser without JavaScript does not fetch scripts. */
const SCRIPTS = /^request: csp GET .*\.js$/;

const moments = (page: Page) => page.getByRole("navigation", { name: "Moments of this incident" });
const banner = (page: Page) => page.getByText(/^As it was at/);

/** Where an incident that waits asked its person, and its last record. */
async function asked(id: string) {
  const journal = await api.journal(id);
  const request = journal.find((entry) => entry.event === "approval_requested")!;
  return { request: request.seq, last: journal.at(-1)!.seq };
}

async function walks(page: Page, id: string) {
  const { last } = await asked(id);
  await page.goto(`/incidents/${id}`);
  await opener(page, "Look at another moment").click();
  await moments(page).getByRole("link", { name: /^Orient/ }).click();
  await expect(banner(page)).toContainText(`of ${last}: nothing can be answered or changed from here.`);
  await expect(page).toHaveURL(/[?&]at=\d+/);
  const at = Number(new URL(page.url()).searchParams.get("at"));
  // Every line is a record or belongs to one, and none is from later.
  const times = await lines(page);
  const seen = (await api.journal(id)).slice(0, at).map((entry) => entry.at);
  expect(times.at(-1)! <= seen.at(-1)!, `${times.at(-1)} is not later than ${seen.at(-1)}`).toBe(true);
  await expect(page.getByRole("button", { name: "Approve plan" })).toHaveCount(0);
  await expect(opener(page, /^Approve: /)).toHaveCount(0);

  await moments(page).getByRole("link", { name: "Next" }).click();
  await expect(page).toHaveURL(new RegExp(`at=${at + 1}`));
  await moments(page).getByRole("link", { name: "Previous" }).click();
  await expect(page).toHaveURL(new RegExp(`at=${at}`));
  // The slider is reached and moved from the keyboard.
  const slider = page.getByRole("slider", { name: "Record" });
  await slider.focus();
  await page.keyboard.press("Home");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(/at=1(&|$)/);
  await expect(banner(page)).toContainText("record 1 of");
  await expect(moments(page).getByRole("link", { name: "Previous" })).toHaveCount(0);
  await page.getByRole("link", { name: "Back to now" }).click();
  await expect(banner(page)).toHaveCount(0);
}

test("any moment is looked at, step by step or at once", async ({ page }) => {
  await walks(page, await range.waiting());
});

test("what waited then is not answered from there", async ({ page }) => {
  const id = await range.waiting();
  await page.goto(`/incidents/${id}`);
  await expect(opener(page, /^Approve: /)).toBeVisible();
  const { request, last } = await asked(id);
  if (request < last) {
    await page.goto(`/incidents/${id}?at=${request}`);
    await expect(deck(page)).toContainText("This is a past moment");
  }
  await page.goto(`/incidents/${id}?at=1`);
  await expect(opener(page, /^Approve: /)).toHaveCount(0);
  await expect(opener(page, "Reject")).toHaveCount(0);
});

test("an old view stays where it is while the incident goes on", async ({ page }) => {
  const id = await range.waiting();
  const { last } = await asked(id);
  await page.goto(`/incidents/${id}?at=3`);
  await expect(banner(page)).toContainText(`record 3 of ${last}`);
  const stayed = await stays(page);
  await api.reject(id);
  await api.status(id, "rejected");
  const now = (await api.journal(id)).length;
  await expect(banner(page)).toContainText(`record 3 of ${now}`);
  await expect(page).toHaveURL(/at=3/);
  await stayed();
});

test("it fits a phone and is accessible in both themes", async ({ page }) => {
  const [first] = await api.incidents();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/incidents/${first!.id}?at=4`);
  await expect(moments(page)).toBeVisible();
  await fits(page);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await accessible(page, `${page.url()}, ${colorScheme}`, colorScheme === "dark");
  }
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("any moment is looked at", async ({ page, expected }) => {
    expected(SCRIPTS);
    const id = await range.waiting();
    const { last } = await asked(id);
    await page.goto(`/incidents/${id}?at=2`);
    await expect(banner(page)).toContainText(`record 2 of ${last}`);
    await moments(page).getByRole("link", { name: "Next" }).click();
    await expect(banner(page)).toContainText(`record 3 of ${last}`);
    await page.getByRole("slider", { name: "Record" }).focus();
    await page.keyboard.press("Home");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await expect(banner(page)).toContainText(`record 1 of ${last}`);
    await expect(opener(page, /^Approve: /)).toHaveCount(0);
    await page.getByRole("link", { name: "Back to now" }).click();
    await expect(banner(page)).toHaveCount(0);
  });

  test("the trail is verified", async ({ page, expected }) => {
    expected(SCRIPTS);
    await page.goto("/audit");
    await page.getByRole("button", { name: "Verify now" }).click();
    await expect(page.getByText(/^Every record up to \d+ holds, and every journal\./)).toBeVisible();
  });
});
