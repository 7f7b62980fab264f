import { expect, test } from "../test";
import { email, PASSWORD } from "../world/state";
import type { Page } from "@playwright/test";

test.use({ role: null });

async function signIn(page: Page, who: string, password: string) {
  await page.getByLabel("E-mail address").fill(who);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("a newcomer is told how to get in", async ({ page }) => {
  await page.goto("/login");
  await expect(page).toHaveTitle("Sign in · Evenkeel");
  await page.getByText("First time here?").click();
  await expect(page.getByText("evenkeel user create")).toBeVisible();
});

test("a wrong password is refused in words that do not tell who exists", async ({ page }) => {
  await page.goto("/login");
  const alert = page.getByRole("alert");
  await signIn(page, email("viewer"), "not-the-password");
  await expect(alert).toContainText("auth.bad_credentials");
  const said = await alert.innerText();
  await page.goto("/login");
  await signIn(page, "nobody@shop.test", "not-the-password");
  await expect(alert).toHaveText(said, { useInnerText: true });
});

test("who guesses too often is told to wait", async ({ page }) => {
  await page.goto("/login");
  // The sixth within a minute of the clock is too many; a new minute may begin in between.
  await expect(async () => {
    await signIn(page, "guesser@shop.test", "guess");
    await expect(page.getByRole("alert")).toContainText("auth.throttled", { timeout: 1_000 });
  }).toPass({ intervals: [0], timeout: 30_000 });
  await expect(page.getByRole("alert")).toContainText(/wait|seconds|minute/i);
});

test("signing in leads to the page that was wanted, signing out to the door", async ({ page, expected }) => {
  expected(/401/);
  await page.goto("/policies?from=a-link");
  await expect(page).toHaveURL(/\/login\?next=/);
  await signIn(page, email("responder"), PASSWORD);
  await expect(page).toHaveURL("/policies?from=a-link");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Policies");

  await page.getByText(email("responder")).first().click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goto("/policies");
  await expect(page).toHaveURL(/\/login\?next=/);
});

test("a link cannot lead elsewhere after signing in", async ({ page }) => {
  await page.goto("/login?next=//evil.example/");
  await signIn(page, email("responder"), PASSWORD);
  await expect(page).toHaveURL("/");
});
