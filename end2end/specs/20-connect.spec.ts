// The README's way in: connect a cluster in the browser, post its example, watch what comes of it.
import { readFileSync } from "node:fs";
import { expect, test } from "../test";
import * as api from "../world/api";
import { example } from "../world/readme";
import { read } from "../world/state";
import { deck, stays } from "../page";

test("a connected cluster gets alerts, and its incident is looked into before one's eyes", async ({ page }) => {
  const range = read().range!;
  await page.goto("/clusters");
  await page.getByRole("link", { name: "Connect a cluster" }).first().click();
  await page.getByLabel("Name").fill("readme");
  await page.getByLabel("Environment").selectOption("staging");
  await page.getByLabel("Prometheus address").fill(range.prometheusUrl);
  await page.getByLabel("Kubeconfig").fill(readFileSync(range.kubeconfigOperator, "utf8"));
  await page.getByRole("button", { name: "Connect and test" }).click();

  await expect(page.getByText("it is shown this once")).toBeVisible();
  const found = page.getByRole("listitem");
  await expect(found.filter({ hasText: "Kubernetes" }).filter({ hasText: "answers in" })).toBeVisible();
  await expect(found.filter({ hasText: "Prometheus" }).filter({ hasText: "answers in" })).toBeVisible();
  await expect(found.filter({ hasText: "Alertmanager" }).filter({ hasText: /not connected|not posted/ })).toBeVisible();
  const snippet = await page.locator("pre").filter({ hasText: "webhook_configs" }).innerText();
  expect(snippet).toContain(`${read().url}/webhook/alert`);
  const token = snippet.match(/credentials: *["']?([^\s"']+)/)?.[1];
  expect(token, "the lines to paste hold the token").toBeTruthy();
  await expect(page.getByText(token!, { exact: true })).toBeVisible();

  await page.getByRole("link", { name: /War Room of readme/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "readme" })).toBeVisible();
  await expect(page.getByText("System nominal")).toBeVisible();
  await expect(page.getByText(token!)).toHaveCount(0);
  const stayed = await stays(page);

  const answer = await fetch(`${read().url}/webhook/alert`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: example(),
  });
  expect(answer.status).toBe(202);
  const { received, incidents } = await answer.json();
  expect([received, incidents.length]).toEqual([1, 1]);

  // It appears by itself, and leads to where one watches.
  const row = page.locator(`a[href="/incidents/${incidents[0]}"]`).first();
  await expect(row).toContainText("HighErrorRatio");
  await stayed();
  await row.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/checkout/);
  const still = await stays(page);
  // The shop is healthy: the honest end is to hand it to people, and to change nothing.
  await expect(deck(page)).toContainText("Handed to people", { timeout: 60_000 });
  await expect(page.getByRole("list", { name: "Phases of this incident" })).toContainText(/Closed\s*current/);
  await still();
  expect((await api.incident(incidents[0])).plan).toBeNull();
});

test("what does not answer is said, and the cluster is connected all the same", async ({ page }) => {
  await page.goto("/clusters/new");
  await page.getByLabel("Name").fill("blind");
  await page.getByLabel("Prometheus address").fill("http://127.0.0.1:9");
  await page.getByRole("button", { name: "Connect and test" }).click();
  const found = page.getByRole("listitem");
  await expect(found.filter({ hasText: "Kubernetes" }).filter({ hasText: "not connected" })).toBeVisible();
  const prometheus = found.filter({ hasText: "Prometheus" });
  await expect(prometheus).toContainText(/refused|reach|connect/i);
  await expect(prometheus).not.toContainText("answers in");
  // Its War Room says why there is nothing to see.
  await page.getByRole("link", { name: /War Room of blind/ }).click();
  await expect(page.getByText(/no data/i).first()).toBeVisible();
});

test("a name that is taken keeps what was typed and says so", async ({ page, expected }) => {
  expected(/409/);
  await page.goto("/clusters/new");
  await page.getByLabel("Name").fill("practice-range");
  await page.getByLabel("Alertmanager address").fill("http://alertmanager.example:9093");
  await page.getByRole("button", { name: "Connect and test" }).click();
  await expect(page.getByRole("alert")).toContainText("input.taken");
  await expect(page.getByLabel("Alertmanager address")).toHaveValue("http://alertmanager.example:9093");
});
