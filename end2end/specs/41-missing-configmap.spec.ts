// A ConfigMap that nobody made, mended from a phone.
import { expect, test } from "../test";
import { approve, best, deck, fits, phase, proven } from "../page";
import * as api from "../world/api";
import * as range from "../world/range";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
test.setTimeout(300_000);

test("a missing ConfigMap is found and the change taken back on a phone", async ({ page }) => {
  const known = await range.fault("missing-configmap");
  const id = await range.opened(known);
  await api.status(id, "awaiting_approval");
  await page.goto("/approvals");
  const row = page.locator(`a[href="/incidents/${id}"]`);
  await expect(row).toContainText(/roll back checkout/i);
  await fits(page);
  await row.tap();

  // The deck comes first: what is awaited, and the button under one's thumb.
  await expect(deck(page)).toContainText("Waits for a person");
  await expect(page.locator("summary").filter({ hasText: /^Approve: / })).toBeInViewport();
  await fits(page);
  const parts = page.getByRole("navigation", { name: "Parts of this page" });
  for (const part of ["Mission", "Findings", "Context", "Deck"]) {
    await parts.getByRole("link", { name: part }).tap();
    await expect(parts.getByRole("link", { name: part })).toHaveAttribute("aria-current", "page");
    await fits(page);
    if (part === "Findings") {
      await expect(best(page).getByRole("heading").first()).toContainText(/checkout-flags/);
    }
  }
  expect((await api.incident(id)).hypotheses[0]!.cause).toBe("missing_config");
  await expect(deck(page)).toContainText("checkout-flags");
  await approve(page);
  await expect(phase(page)).toContainText("Closed", { timeout: 120_000 });
  await proven(page);
  await fits(page);
  expect((await api.incident(id)).status).toBe("resolved");
});
