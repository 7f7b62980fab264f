// Who may do what with a plan that waits.
import type { Page } from "@playwright/test";
import { expect, test } from "../test";
import { deck, opener } from "../page";
import * as api from "../world/api";
import * as range from "../world/range";
import { read } from "../world/state";

test.setTimeout(300_000);
let id: string;
test.beforeAll(async () => {
  test.setTimeout(300_000);
  id = await range.waiting();
});

/** Posts as the page's own scripts would, past every button. */
async function past(page: Page, path: string, form: Record<string, string>) {
  const headers = { origin: read().url, "sec-fetch-site": "same-origin", accept: "application/json" };
  return page.request.post(path, { form, headers, maxRedirects: 0 });
}

test("a viewer sees everything, is told why there is no button, and is refused past it", async ({ as, expected }) => {
  expected(/403/);
  const page = await as("viewer");
  await page.goto(`/incidents/${id}`);
  await expect(deck(page)).toContainText("Waits for a person");
  await expect(opener(page, /^Approve: /)).toHaveCount(0);
  await expect(deck(page).getByRole("button", { name: /^Approve: / })).toBeDisabled();
  await expect(deck(page).getByRole("button", { name: /^Reject/ })).toBeDisabled();
  await expect(deck(page)).toContainText(/responder/);

  const generation = range.generation("checkout");
  const hash = (await api.incident(id)).plan!.hash;
  for (const verb of ["approve", "reject"]) {
    const form = { incident: id, plan: hash, reason: "past the button" };
    const posted = await past(page, `/api/ui/${verb}`, form);
    expect([posted.status(), (await posted.json()).code], verb).toEqual([403, "access.denied"]);
    const headers = { origin: read().url, "sec-fetch-site": "same-origin" };
    const rest = await page.request.post(`/api/v1/incidents/${id}/plans/${hash}/${verb}`, {
      data: { reason: "past the button" },
      headers,
    });
    expect([rest.status(), (await rest.json()).code], verb).toEqual([403, "access.denied"]);
  }
  const stop = await past(page, "/api/ui/clusters/stop", { cluster: read().cluster!, reason: "no" });
  expect(stop.status()).toBe(403);
  expect((await api.incident(id)).status).toBe("awaiting_approval");
  expect(range.generation("checkout")).toBe(generation);
});

test("a viewer who opens an administrator's page is told what it needs", async ({ as, expected }) => {
  expected(/403/);
  const page = await as("viewer");
  const answer = await page.goto("/clusters/new");
  expect(answer!.status()).toBe(403);
  await expect(page.getByText("You may not connect clusters.")).toBeVisible();
  await expect(page.getByText(/role admin/)).toBeVisible();
  await expect(page.getByLabel("Kubeconfig")).toHaveCount(0);
  await page.goto("/settings");
  await expect(page.getByRole("region", { name: "People" })).toHaveCount(0);
});

test("what is asked and the button that answers are seen without scrolling at 1440 by 900", async ({ page }) => {
  await page.goto(`/incidents/${id}`);
  await expect(opener(page, /^Approve: /)).toBeInViewport({ ratio: 1, timeout: 5_000 });
  await expect(opener(page, "Reject")).toBeInViewport({ ratio: 1 });
});

test("a responder may reject in production but not approve", async ({ as }) => {
  const page = await as("responder");
  await page.goto(`/incidents/${id}`);
  await expect(deck(page).getByRole("button", { name: /^Approve: / })).toBeDisabled();
  await expect(opener(page, "Reject")).toBeVisible();
});

test("while Emergency Stop is on nobody can approve, and the page says so", async ({ as, expected }) => {
  expected(/409/);
  const page = await as("approver");
  const stop = `/api/v1/clusters/${read().cluster}`;
  expect((await api.call("POST", `${stop}/stop`, { reason: "hands off" })).status).toBe(204);
  try {
    await page.goto(`/incidents/${id}`);
    await expect(deck(page).getByRole("button", { name: /^Approve: / })).toBeDisabled();
    await expect(deck(page)).toContainText(/Emergency Stop is on/);
    const hash = (await api.incident(id)).plan!.hash;
    const posted = await past(page, "/api/ui/approve", { incident: id, plan: hash });
    expect([posted.status(), (await posted.json()).code]).toEqual([409, "stop.on"]);
  } finally {
    await api.call("POST", `${stop}/resume`, { reason: "over" });
  }
  await page.reload();
  await expect(opener(page, /^Approve: /)).toBeVisible();
});
