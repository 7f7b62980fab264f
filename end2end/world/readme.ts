// What the README tells a newcomer to post.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./binary";

/** The notification of the README's curl example, exactly as printed there. */
export function example(): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const body = readme.match(/webhook\/alert[^']*(?:'[^']*' )*-d '(\{[\s\S]*?\})'/)?.[1];
  if (!body) throw new Error("README.md no longer shows a notification to post");
  return body;
}
