// The War Room's switches: a drill, an investigation that a person asks for, Emergency Stop.
import { expect, test } from "../test";
import { deck, opener } from "../page";
import * as api from "../world/api";
import { read } from "../world/state";

const id = (url: string) => url.match(/incidents\/([0-9A-Z]{26})/)![1];

test.beforeEach(async ({ page }) => {
  await page.goto(`/clusters/${read().cluster}`);
  await expect(page.getByRole("heading", { level: 1, name: "practice-range" })).toBeVisible();
});

test("a drill is marked as one and is carried to its end", async ({ page }) => {
  await page.getByRole("button", { name: "Drill" }).click();
  await expect(page).toHaveURL(/\/incidents\/[0-9A-Z]{26}/);
  await expect(page.getByText(/Drill, started by admin@shop.test/)).toBeVisible();
  await expect(deck(page)).toContainText("Drill ended", { timeout: 60_000 });
  const drilled = id(page.url());
  await page.goto("/incidents");
  await expect(page.locator(`a[href="/incidents/${drilled}"]`)).toContainText("Drill");
});

test("what a person noticed is looked into, in their words", async ({ page }) => {
  await opener(page, "Trigger investigation").click();
  await page.getByLabel("What have you noticed").fill("checkout felt slow at noon");
  await page.getByLabel("Namespace").fill("shop");
  await page.getByLabel("Deployment").fill("checkout");
  await page.getByRole("button", { name: "Investigate" }).click();
  await expect(page).toHaveURL(/\/incidents\/[0-9A-Z]{26}/);
  const context = page.getByRole("region", { name: "Context" });
  await expect(context).toContainText("admin@shop.test");
  await expect(context).toContainText("checkout felt slow at noon");
  // A page that opens after the end opens with the story.
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Mission Control" }).click();
  const log = page.getByRole("log", { name: "Journal entries" });
  await expect(log).toContainText("list_pods");
  await expect(deck(page)).toContainText("Handed to people", { timeout: 60_000 });
  expect((await api.incident(id(page.url()))).plan).toBeNull();
});

const BANNER = /Emergency Stop on practice-range\. Nothing is written there until a person lifts it/;

test("Emergency Stop by keyboard alone: asked, taken back, thrown, lifted", async ({ page, as }) => {
  const onlooker = await as("viewer");
  const reason = page.getByLabel("Why", { exact: true });
  const stop = opener(page, "Emergency stop");

  // From the top of the page with Tab, as somebody without a mouse comes to it.
  await expect(async () => {
    await page.keyboard.press("Tab");
    await expect(stop).toBeFocused({ timeout: 50 });
  }).toPass({ intervals: [0], timeout: 20_000 });
  await page.keyboard.press("Enter");
  await expect(reason).toBeVisible();
  await expect(page.getByText("halts every run on practice-range before its next write")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(reason).toBeHidden();
  await expect(stop).toBeFocused();
  await expect(page.getByText("ACTIVE")).toBeVisible();

  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(reason).toBeFocused();
  await page.keyboard.type("the shop is being moved");
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Type practice-range to confirm")).toBeFocused();
  await page.keyboard.type("practice-range");
  await page.keyboard.press("Enter");

  await expect(page.getByText("LOCKED")).toBeVisible();
  await expect(page.getByRole("alert").filter({ hasText: BANNER })).toBeVisible();
  await expect(page.getByText("the shop is being moved").first()).toBeVisible();
  await onlooker.goto("/");
  await expect(onlooker.getByRole("alert").filter({ hasText: BANNER })).toBeVisible();

  const safe = page.getByLabel("Why it is safe again");
  await expect(safe).toBeHidden();
  await opener(page, "Resume").press("Enter");
  await safe.fill("the move is over");
  await safe.press("Enter");
  await expect(page.getByText("ACTIVE")).toBeVisible();
  await expect(page.getByRole("alert").filter({ hasText: BANNER })).toHaveCount(0);

  await page.goto("/audit");
  await page.getByRole("link", { name: "Emergency Stop" }).click();
  for (const action of ["stop.thrown", "stop.lifted"]) {
    await expect(page.getByRole("row").filter({ hasText: action }).first()).toContainText("admin@shop.test");
  }
});

test("nothing can be stopped before the cluster's name is typed in full", async ({ page }) => {
  await opener(page, "Emergency stop").click();
  const name = page.getByLabel("Type practice-range to confirm");
  const valid = () => name.evaluate((field: HTMLInputElement) => field.checkValidity());
  await name.fill("practice");
  expect(await valid()).toBe(false);
  await name.fill("practice-range");
  expect(await valid()).toBe(true);
});

test("Emergency Stop asks where a phone shows it", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await opener(page, "Emergency stop").click();
  await page.getByLabel("Why", { exact: true }).scrollIntoViewIfNeeded();
  await expect(page.getByLabel("Why", { exact: true })).toBeInViewport({ ratio: 1, timeout: 3_000 });
  await expect(page.getByRole("button", { name: "Stop now" })).toBeInViewport({ ratio: 1, timeout: 3_000 });
});

test("the vital signs are read from the cluster, with units", async ({ page }) => {
  for (const name of ["Latency", "Traffic", "Errors", "Saturation"]) {
    const card = page.getByRole("article").filter({ hasText: name });
    await expect(card.first()).toContainText(/\d+(\.\d+)?\s*(ms|s|req\/s|%)/, { timeout: 20_000 });
  }
});
