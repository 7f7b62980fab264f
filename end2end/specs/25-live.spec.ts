// Lists change by themselves, whatever happened on the way.
import { expect, test } from "../test";
import { stays } from "../page";
import * as api from "../world/api";
import { read } from "../world/state";

async function drill(): Promise<string> {
  const answer = await api.call("POST", `/api/v1/clusters/${read().cluster}/drills`);
  return ((await answer.json()) as { incident: string }).incident;
}

test("an incident appears in the list and closes there while one looks at it", async ({ page }) => {
  const live = page.waitForResponse(/\/api\/v1\/events$/);
  await page.goto("/incidents");
  await live;
  const stayed = await stays(page);
  const id = await drill();
  const row = page.locator(`a[href="/incidents/${id}"]`);
  await expect(row).toContainText("Drill");
  await expect(row).toContainText("Drill ended", { timeout: 60_000 });
  await stayed();
});

test("what happens while a page is still loading is not missed", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((go) => (release = go));
  await page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/incidents", { waitUntil: "commit" });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Incidents");
  const id = await drill();
  await api.status(id, "escalated");
  release();
  await expect(page.locator(`a[href="/incidents/${id}"]`)).toBeVisible({ timeout: 8_000 });
});
