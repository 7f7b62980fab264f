// kill -9 while somebody watches: the page says so, and goes on where it was.
import { expect, test } from "../test";
import { lines, phase, stays } from "../page";
import * as api from "../world/api";
import * as range from "../world/range";
import { end, serve } from "../world/server";

test.setTimeout(300_000);

test("a page outlives the server: nothing is lost and nothing is doubled", async ({ page, expected }) => {
  expected(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/);
  const id = await range.waiting();
  await page.goto(`/incidents/${id}`);
  const stayed = await stays(page);
  const log = page.getByRole("region", { name: "Mission Control" });
  await expect(log).toContainText("● live");

  await end("SIGKILL");
  const banner = page.getByRole("status").filter({ hasText: "Connection lost, trying again" });
  await expect(banner).toBeVisible();
  await expect(banner).toContainText(/last live/);
  await expect(log).toContainText("not live");

  await serve();
  // What is written before the page is back must reach it too.
  expect((await api.reject(id)).status).toBe(204);
  await expect(phase(page)).toContainText("Closed", { timeout: 60_000 });
  await expect(banner).toHaveCount(0);
  await stayed();

  const times = (entries: string[]) => entries.map((at) => new Date(at).toISOString());
  const recorded = (await api.journal(id)).map((entry) => entry.at);
  await expect.poll(async () => (await lines(page)).length).toBe(recorded.length);
  expect(times(await lines(page)), "every record is a line, once, in order").toEqual(times(recorded));
});
