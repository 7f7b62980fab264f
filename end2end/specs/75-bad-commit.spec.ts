// A bad commit with nothing to roll back to: its repository and the logs are connected on the Integrations page, the revert
// is approved by one click, merged, delivered, and proven to have helped.
import { readFileSync } from "node:fs";
import { expect, test } from "../test";
import { approve, deck, phase, proven } from "../page";
import * as api from "../world/api";
import * as range from "../world/range";
import { read } from "../world/state";

test.setTimeout(360_000);

test("a bad commit is taken back in the code, merged, and proven to be over", async ({ page }) => {
  const { lokiUrl, githubUrl, githubRepository, githubTokenFile } = read().range!;
  await page.goto("/integrations?add=loki");
  await page.getByLabel("Loki address").fill(lokiUrl);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("region", { name: "loki: All clusters" })).toBeVisible();
  await page.goto("/integrations?add=github");
  await page.getByLabel("Repositories").fill(githubRepository);
  await page.getByLabel("Token", { exact: true }).fill(readFileSync(githubTokenFile, "utf8"));
  await page.getByLabel("API address").fill(githubUrl);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const github = page.getByRole("region", { name: "github: All clusters" });
  await github.getByRole("button", { name: "Test github" }).click();
  await expect(github.getByRole("listitem").first()).toContainText("answers in");

  const id = await range.opened(await range.fault("bad-commit"));
  const waiting = await api.status(id, "awaiting_approval");
  expect(waiting.plan!.actions.map((action) => action.kind)).toEqual(["revert_pr", "merge_pr"]);
  expect(range.image("checkout")).toContain(":1.5.0");

  await page.goto(`/incidents/${id}`);
  await expect(deck(page)).toContainText("nothing to roll back to");
  await expect(deck(page)).toContainText("range/shop");
  await expect(deck(page)).toContainText("checkout/prices.json");
  await expect(deck(page)).toContainText("gate.merge-needs-approver");
  await approve(page);
  await expect(phase(page)).toContainText("Closed", { timeout: 180_000 });
  await proven(page);
  expect(range.image("checkout"), "what was merged is delivered").toContain(":1.4.2");
});
