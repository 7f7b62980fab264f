// The Integrations page: what is connected, adding and removing a connection, with and without JavaScript.
import { expect, test } from "../test";
import { opener } from "../page";
import * as api from "../world/api";
import { read } from "../world/state";

// What a browser without JavaScript says of scripts that a page would have loaded.
const SCRIPTS = /^request: csp GET .*\.js$/;

interface Listed {
  connections: { id: string | null; server: string; origin: string; settings: Record<string, string> }[];
}
const registered = async () =>
  (await api.get<Listed>("/api/v1/integrations")).connections.filter((one) => one.origin === "registry");

test("the cluster's own connections are tested, and their tools say who may use them", async ({ page }) => {
  await page.goto("/integrations");
  const kubernetes = page.getByRole("region", { name: "kubernetes: practice-range" });
  await kubernetes.getByRole("button", { name: "Test kubernetes" }).click();
  await expect(kubernetes.getByRole("listitem")).toContainText("answers in");
  await opener(page, /\d+ tools/).first().click();
  const named = page.getByRole("rowheader", { name: /^scale\b/ });
  const scale = kubernetes.getByRole("row").filter({ has: named });
  await expect(scale).toContainText("changes");
  await expect(scale).toContainText("executor");
  await expect(scale).toContainText("of this version");
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a connection is added, shown without its secret, changed, and removed", async ({ page, expected }) => {
      if (!javaScriptEnabled) expected(SCRIPTS);
      await page.goto("/integrations");
      await page.getByRole("link", { name: "Loki" }).click();
      await page.getByLabel("Loki address").fill("http://127.0.0.1:9");
      await page.getByLabel("Tenant").fill("ours");
      await page.getByLabel("Bearer token").fill("a-token-that-nobody-sees-again");
      await page.getByRole("button", { name: "Add", exact: true }).click();
      const loki = page.getByRole("region", { name: "loki: All clusters" });
      await expect(loki).toContainText("ours");
      await expect(loki).toContainText("kept encrypted");
      await expect(page.getByText("a-token-that-nobody-sees-again")).toHaveCount(0);
      expect((await registered()).map((one) => one.settings.tenant)).toEqual(["ours"]);

      await page.goto("/integrations");
      await loki.getByRole("link", { name: "Change loki" }).click();
      const form = page.getByRole("region", { name: "Change: loki (All clusters)" });
      await expect(form.getByLabel("Loki address")).toHaveCount(0);
      await expect(form).toContainText("http://127.0.0.1:9, and that stays");
      await expect(form.getByLabel("Bearer token")).toHaveValue("");
      await form.getByLabel("Tenant").fill("theirs");
      await form.getByRole("button", { name: "Save" }).click();
      await expect(loki).toContainText("theirs");
      await expect(loki).toContainText("kept encrypted");
      expect((await registered()).map((one) => one.settings.tenant)).toEqual(["theirs"]);

      await page.goto("/integrations");
      await loki.locator("summary").filter({ hasText: "Remove" }).click();
      await loki.getByRole("button", { name: "Remove loki" }).click();
      await expect(loki).toHaveCount(0);
      expect(await registered()).toEqual([]);
    });

    test("an address that may not be reached is refused, and nothing is kept", async ({ page, expected }) => {
      expected(/422/);
      if (!javaScriptEnabled) expected(SCRIPTS);
      await page.goto("/integrations?add=loki");
      await page.getByLabel("Loki address").fill("http://169.254.169.254");
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await expect(page.getByRole("alert")).toContainText("metadata service");
      expect(await registered()).toEqual([]);
    });
  });
}

test("a viewer sees it all and is offered nothing to press", async ({ as }) => {
  const page = await as("viewer");
  await page.goto("/integrations");
  await expect(page.getByRole("heading", { level: 1, name: "Integrations" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Add a connection" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^(Test|Remove|Approve)/ })).toHaveCount(0);
  const headers = { origin: read().url, "sec-fetch-site": "same-origin" };
  const data = { kind: "loki", fields: { url: "http://loki.example" } };
  expect((await page.request.post("/api/v1/integrations", { data, headers })).status()).toBe(403);
});
