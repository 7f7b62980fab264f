// No, with a reason: nothing in the cluster is touched, and what was said is kept.
import { expect, test } from "../test";
import { deck, opener, phase } from "../page";
import * as api from "../world/api";
import * as range from "../world/range";

test.use({ role: "responder" });
test.setTimeout(300_000);

test("a rejected plan leaves the Deployment as it is, and the reason is on record", async ({ page }) => {
  const id = await range.waiting();
  const generation = range.generation("checkout");
  await page.goto(`/incidents/${id}`);
  await opener(page, "Reject").click();
  await page.getByLabel("Why not").fill("the release is being pulled by its author");
  await page.getByRole("button", { name: "Reject plan" }).click();
  await expect(phase(page)).toContainText("Closed");
  await expect(deck(page)).toContainText("A person rejected the plan; nothing was changed.");
  await page.reload();
  await expect(page.getByText("the release is being pulled by its author").first()).toBeVisible();

  expect((await api.incident(id)).status).toBe("rejected");
  expect(range.generation("checkout")).toBe(generation);
  await page.goto("/audit?action=plan.");
  await expect(page.getByRole("row").filter({ hasText: "plan.rejected" }).first()).toContainText("responder@shop.test");
});
