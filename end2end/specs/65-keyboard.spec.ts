// Getting about without a mouse.
import { expect, test } from "../test";
import { opener } from "../page";
import * as range from "../world/range";

test.setTimeout(300_000);

/** The page listens to keys once its scripts run. */
test.beforeEach(async ({ page }) => {
  await page.goto("/incidents");
  await expect(async () => {
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("the first Tab offers to skip to the content", async ({ page }) => {
  await page.goto("/policies");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
});

test("skipping to the content moves the focus there", async ({ page }) => {
  await page.getByRole("link", { name: "Skip to content" }).press("Enter");
  await expect(page.getByRole("main")).toBeFocused({ timeout: 3_000 });
});

test("g and a letter lead to pages", async ({ page }) => {
  for (const [key, path] of [["o", "/"], ["c", "/clusters"], ["a", "/approvals"], ["p", "/policies"], ["t", "/audit"], ["i", "/incidents"]]) {
    await expect(async () => {
      await page.keyboard.press("g");
      await page.keyboard.press(key!);
      await expect(page).toHaveURL(path!, { timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
  }
});

test("the palette finds a cluster by a few letters and opens it", async ({ page }) => {
  await page.keyboard.press("/");
  const palette = page.getByRole("dialog", { name: "Command palette" });
  await expect(palette.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("war range");
  await expect(palette.getByRole("link")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "practice-range" })).toBeVisible();
  await expect(palette).toBeHidden();
});

test("Escape closes the palette, and keys typed into a field stay there", async ({ page }) => {
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Command palette" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Command palette" })).toBeHidden();
  await page.getByRole("searchbox", { name: "Title contains" }).focus();
  await page.keyboard.type("/?gi");
  await expect(page.getByRole("searchbox", { name: "Title contains" })).toHaveValue("/?gi");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("j and k walk the rows, Enter opens one, a asks for the approval", async ({ page }) => {
  const id = await range.waiting();
  await page.reload();
  const rows = page.getByRole("main").getByRole("listitem").getByRole("link");
  await expect(async () => {
    await page.keyboard.press("j");
    await expect(rows.nth(0)).toBeFocused({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await page.keyboard.press("j");
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(rows.nth(0)).toBeFocused();
  await expect(rows.nth(0)).toHaveAttribute("href", `/incidents/${id}`);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/incidents/${id}`);
  await expect(opener(page, /^Approve: /)).toBeVisible();
  await expect(async () => {
    await page.keyboard.press("a");
    await expect(page.getByRole("button", { name: "Approve plan" })).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
});
