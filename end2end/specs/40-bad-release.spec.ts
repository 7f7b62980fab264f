// A bad release, from the fault to the proven fix, watched live on a wide screen.
import { expect, test } from "../test";
import { approve, best, deck, phase, proven, stays } from "../page";
import * as api from "../world/api";
import * as range from "../world/range";

test.setTimeout(360_000);

test("a bad release is found, rolled back by one click, and proven to be over", async ({ page }) => {
  const known = await range.fault("bad-release");
  await page.goto("/");
  const overview = await stays(page);
  const id = await range.opened(known);
  // It appears by itself, among what needs a person.
  const row = page.getByRole("region", { name: "Needs you" }).locator(`a[href="/incidents/${id}"]`);
  await expect(row).toContainText(/roll back checkout/i, { timeout: 30_000 });
  await overview();

  await row.click();
  await expect(phase(page)).toContainText("Decide");
  await expect(page.getByRole("region", { name: "Context" })).toContainText("shop/checkout");
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Findings" }).click();
  const cause = best(page).getByRole("heading").first();
  await expect(cause).toContainText(/checkout/i);
  await expect(cause).toContainText(/revision \d+/);
  expect((await api.incident(id)).hypotheses[0]!.cause).toBe("bad_rollout");

  // A claim leads to the very answer it rests on.
  const citation = best(page).getByRole("link", { name: /^E\d+ / }).first();
  const tool = (await citation.innerText()).split(" ")[1]!;
  await citation.click();
  await expect(page).toHaveURL(/tab=mission#ev-/);
  const log = page.getByRole("log", { name: "Journal entries" });
  const whole = log.getByText("The whole answer", { exact: false }).filter({ visible: true });
  await whole.first().click();
  await expect(log.getByText(new RegExp(`${tool}\\(`)).filter({ visible: true }).first()).toBeVisible();
  await expect(log.locator("pre").filter({ hasText: "{" }).filter({ visible: true }).first()).toBeVisible();

  // The plan says what it does, to what, how risky it is, why somebody is asked, and how it is proven.
  await expect(deck(page)).toContainText("Roll back checkout to revision");
  await expect(deck(page)).toContainText("Deployment shop/checkout");
  await expect(deck(page)).toContainText(/Risk \d+\/10/);
  await expect(deck(page)).toContainText("gate.production-needs-approver");
  await expect(deck(page)).toContainText("1.4.2");

  const generation = range.generation("checkout");
  const watched = await stays(page);
  await approve(page);
  await expect(phase(page)).toContainText("Verify", { timeout: 30_000 });
  await expect(phase(page)).toContainText("Closed", { timeout: 120_000 });
  await proven(page);
  await expect(deck(page)).toContainText("A fix was applied and verified.");
  await watched();
  expect(range.generation("checkout"), "the Deployment was written once").toBe(generation + 1);
  expect(range.image("checkout")).toContain(":1.4.2");
});
