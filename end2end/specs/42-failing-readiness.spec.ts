// A readiness probe that never succeeds, mended without a line of JavaScript: links, forms, reloads.
import type { Page } from "@playwright/test";
import { expect, test } from "../test";
import { approve, best, deck, phase, proven } from "../page";
import * as api from "../world/api";
import * as range from "../world/range";

test.use({ javaScriptEnabled: false });
test.setTimeout(300_000);

/** Loads the page again until it is as wanted. */
async function reloaded(page: Page, wanted: () => Promise<void>) {
  await expect(async () => {
    await page.reload();
    await wanted();
  }).toPass({ intervals: [500], timeout: 120_000 });
}

test("a failing readiness probe is found and the release rolled back without JavaScript", async ({ page, expected }) => {
  // A browser without JavaScript does not fetch scripts.
  expected(/^request: csp GET .*\.js$/);
  const known = await range.fault("failing-readiness");
  const id = await range.opened(known);
  await page.goto("/incidents");
  const row = page.locator(`a[href="/incidents/${id}"]`);
  await reloaded(page, () => expect(row).toContainText("Waits for approval", { timeout: 500 }));
  await row.click();

  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Findings" }).click();
  await expect(best(page).getByRole("heading").first()).toContainText(/readiness probe of checkout/);
  expect((await api.incident(id)).hypotheses[0]!.cause).toBe("probe_failure");
  await best(page).getByRole("link", { name: /^E\d+ / }).first().click();
  await expect(page).toHaveURL(/tab=mission#ev-/);
  const own = page.locator(`[id="${new URL(page.url()).hash.slice(1)}"]`).getByText("Its own page");
  await expect(own).toBeVisible();
  await own.click();
  await expect(page.getByRole("region", { name: "The whole answer" })).toContainText("{");
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link").last().click();

  await expect(deck(page)).toContainText("Roll back checkout to revision");
  await approve(page);
  await expect(page).toHaveURL(new RegExp(`/incidents/${id}`));
  await reloaded(page, () => expect(phase(page)).toContainText("Closed", { timeout: 500 }));
  await proven(page);
  expect(range.image("checkout")).toContain(":1.4.2");
});
