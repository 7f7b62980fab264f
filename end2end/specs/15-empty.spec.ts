// A first start with nothing in it: every page says what is missing and what to do about it.
import { expect, test } from "../test";
import { fits } from "../page";
import { accessible } from "../axe";
import { type Bare, bare } from "../world/bare";
import { email, PASSWORD } from "../world/state";

test.use({ role: null });
let server: Bare;
test.beforeAll(async () => {
  server = await bare();
});
test.afterAll(() => server.end());

test("a newcomer is led to the first incident in three steps", async ({ page }) => {
  await page.goto(server.url);
  await page.getByLabel("E-mail address").fill(email("admin"));
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${server.url}/`);
  const steps = page.getByRole("region", { name: "Three steps to the first incident" });
  await expect(steps.getByRole("listitem")).toHaveCount(3);
  await accessible(page, "the first steps");

  const empty = [
    ["/incidents", "No incident yet"],
    ["/approvals", "Nothing waits for you"],
    ["/clusters", "No cluster is connected"],
    ["/settings", "You have no API token"],
    ["/incidents?status=resolved", "No incident fits these filters"],
    ["/audit?action=plan.", "No record fits these filters"],
  ];
  for (const [path, words] of empty) {
    await page.goto(server.url + path);
    await expect(page.getByText(words!)).toBeVisible();
    await accessible(page, path!);
    await page.setViewportSize({ width: 390, height: 844 });
    await fits(page);
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await page.goto(`${server.url}/`);
  await steps.getByRole("link", { name: "Connect a cluster" }).click();
  await expect(page.getByRole("button", { name: "Connect and test" })).toBeVisible();
});
