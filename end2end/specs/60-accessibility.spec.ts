// Every page: readable for everybody, in both themes, on a desk and on a phone, and never wider than its window.
import type { Page } from "@playwright/test";
import { expect, test } from "../test";
import { accessible } from "../axe";
import { fits, opener } from "../page";
import * as api from "../world/api";
import * as range from "../world/range";
import { read, type Role } from "../world/state";

test.setTimeout(300_000);

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Looks at what is shown in both themes and both sizes. */
async function everywhere(page: Page) {
  for (const size of [DESK, PHONE]) {
    await page.setViewportSize(size);
    await fits(page);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await accessible(page, `${page.url()}, ${colorScheme}, ${size.width} px`, colorScheme === "dark");
    }
  }
  await page.setViewportSize(DESK);
}

const PAGES: [string, () => string | Promise<string>, string | RegExp, (Role | null)?][] = [
  ["the sign-in page", () => "/login", "Sign in", null],
  ["the Overview", () => "/", "Overview"],
  ["the incidents", () => "/incidents", "Incidents"],
  ["no incident that fits", () => "/incidents?q=nothing-is-called-this", "No incident fits these filters"],
  ["the clusters", () => "/clusters", "Clusters"],
  ["connecting a cluster", () => "/clusters/new", "Connect a cluster"],
  ["connecting a cluster without the right", () => "/clusters/new", "You may not connect clusters.", "viewer"],
  ["a War Room", () => `/clusters/${read().cluster}`, "practice-range"],
  ["a War Room that one may only look at", () => `/clusters/${read().cluster}`, "practice-range", "viewer"],
  ["the integrations", () => "/integrations", "Integrations"],
  ["adding a connection", () => "/integrations?add=mcp", "Add: Another MCP server"],
  ["the integrations that one may only look at", () => "/integrations", "Integrations", "viewer"],
  ["the approvals", () => "/approvals", "Approvals"],
  ["the policies", () => "/policies", "Policies"],
  ["the audit trail", () => "/audit", "Audit trail"],
  ["the settings", () => "/settings", "Settings"],
  ["no such page", () => "/nowhere", "There is no such page"],
  ["no such incident", () => "/incidents/nonsense", "There is no such incident."],
  ["evidence", evidence, "The whole answer"],
];

for (const [name, path, shows, role = "admin"] of PAGES) {
  test(`${name} is accessible`, async ({ as, expected }) => {
    expected(/40[34]/);
    const page = await as(role);
    await page.goto(await path());
    await expect(page.getByText(shows).first()).toBeAttached();
    await everywhere(page);
  });
}

async function evidence() {
  const [first] = await api.incidents();
  const recorded = (await api.journal(first!.id)).find((entry) => entry.event === "evidence_recorded");
  return `/incidents/${first!.id}/evidence/${recorded!.evidence!.id}`;
}

test("an incident that waits is accessible in all its parts", async ({ page }) => {
  const id = await range.waiting();
  for (const tab of ["deck", "findings", "context"]) {
    await page.goto(`/incidents/${id}?tab=${tab}`);
    await everywhere(page);
  }
  await page.goto(`/incidents/${id}?tab=deck`);
  await opener(page, /^Approve: /).click();
  await opener(page, "Reject").click();
  await everywhere(page);
});

test("a closed incident is accessible in all its parts", async ({ page }) => {
  const closed = (await api.incidents()).filter((incident) => incident.phase === "closed");
  const { id } = closed.find((incident) => incident.status === "resolved") ?? closed[0]!;
  for (const tab of ["story", "mission", "deck"]) {
    await page.goto(`/incidents/${id}?tab=${tab}`);
    await everywhere(page);
  }
  await page.goto(`/incidents/${id}?at=5`);
  await everywhere(page);
});

test("the questions, the palette and the list of keys are accessible", async ({ page }) => {
  await page.goto(`/clusters/${read().cluster}`);
  await opener(page, "Emergency stop").click();
  await expect(page.getByLabel("Why", { exact: true })).toBeVisible();
  await everywhere(page);
  await page.locator("h1").click();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await everywhere(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await expect(page.getByRole("dialog", { name: "Command palette" })).toBeVisible();
  await everywhere(page);
});

test("the Incident Command Center has its landmarks and headings", async ({ page }) => {
  await page.goto(`/incidents/${await range.waiting()}`);
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - heading [level=1]
      - list "Phases of this incident":
        - listitem: /Observe done/
        - listitem: /Orient done/
        - listitem: /Decide current/
        - listitem: /Act ahead/
        - listitem: /Verify ahead/
        - listitem: /Closed ahead/
      - region "Context":
        - heading "Context" [level=2]
      - region "Alerts":
        - heading "Alerts" [level=2]
      - navigation "Views":
        - link "Mission Control"
        - link /Findings/
      - region "Mission Control":
        - heading "Mission Control" [level=2]
        - navigation "Filter by agent"
        - log "Journal entries"
      - region "Action deck":
        - heading "Action deck" [level=2]
  `);
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
});
