// Cuts GitHub's own descriptions of its API down to what the github server uses, for the double in lab/src/github.
//
//   npm install --prefix DIR @octokit/openapi @octokit/graphql-schema && node scripts/github-schemas.mjs DIR
//
// Both are published by Octokit under the MIT licence; lab/src/github/schema/LICENSE goes with what is kept of them.
// Words for people (descriptions, examples, links) are left out, everything that a request or an answer is held to stays.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const from = join(process.argv[2] ?? ".", "node_modules/@octokit");
const to = join(dirname(fileURLToPath(import.meta.url)), "../lab/src/github/schema");
const read = (path) => JSON.parse(readFileSync(join(from, path), "utf8"));

const repo = "/repos/{owner}/{repo}";
const USED = {
  [repo]: ["get"],
  [`${repo}/branches/{branch}`]: ["get"],
  [`${repo}/codeowners/errors`]: ["get"],
  [`${repo}/commits`]: ["get"],
  [`${repo}/commits/{ref}`]: ["get"],
  [`${repo}/commits/{ref}/check-runs`]: ["get"],
  [`${repo}/commits/{ref}/status`]: ["get"],
  [`${repo}/commits/{commit_sha}/pulls`]: ["get"],
  [`${repo}/compare/{basehead}`]: ["get"],
  [`${repo}/contents/{path}`]: ["get"],
  [`${repo}/deployments`]: ["get"],
  [`${repo}/deployments/{deployment_id}/statuses`]: ["get"],
  [`${repo}/git/blobs`]: ["post"],
  [`${repo}/git/blobs/{file_sha}`]: ["get"],
  [`${repo}/git/commits`]: ["post"],
  [`${repo}/git/commits/{commit_sha}`]: ["get"],
  [`${repo}/git/matching-refs/{ref}`]: ["get"],
  [`${repo}/git/ref/{ref}`]: ["get"],
  [`${repo}/git/refs`]: ["post"],
  [`${repo}/git/trees`]: ["post"],
  [`${repo}/git/trees/{tree_sha}`]: ["get"],
  [`${repo}/issues/{issue_number}/comments`]: ["get", "post"],
  [`${repo}/pulls`]: ["get", "post"],
  [`${repo}/pulls/{pull_number}`]: ["get", "patch"],
  [`${repo}/pulls/{pull_number}/files`]: ["get"],
  [`${repo}/pulls/{pull_number}/merge`]: ["put"],
  [`${repo}/releases`]: ["get"],
  [`${repo}/rules/branches/{branch}`]: ["get"],
  "/app/installations/{installation_id}/access_tokens": ["post"],
};

const whole = read("openapi/generated/api.github.com.json");
const at = (ref) => ref.slice(2).split("/").reduce((node, key) => node[key], whole);
const WORDS = new Set([
  "description", "summary", "example", "examples", "externalDocs", "tags", "title", "operationId", "deprecated", "default",
]);
const needed = new Set();
function bare(node, names = false) {
  if (Array.isArray(node)) return node.map((item) => bare(item));
  if (node === null || typeof node !== "object") return node;
  if (typeof node.$ref === "string") {
    needed.add(node.$ref);
    return { $ref: node.$ref };
  }
  const kept = {};
  for (const [key, value] of Object.entries(node)) {
    // Below `properties` a key is a field's name, whatever it spells.
    if (!names && (WORDS.has(key) || key.startsWith("x-"))) continue;
    kept[key] = bare(value, key === "properties");
  }
  return kept;
}

const paths = {};
for (const [path, methods] of Object.entries(USED)) {
  paths[path] = {};
  for (const method of methods) {
    const { parameters = [], requestBody, responses } = whole.paths[path][method];
    const answers = Object.entries(responses).filter(([code]) => code.startsWith("2"));
    paths[path][method] = bare({
      parameters: parameters.map((p) => (p.$ref ? at(p.$ref) : p)),
      requestBody,
      responses: Object.fromEntries(answers.map(([code, r]) => [code, { content: (r.$ref ? at(r.$ref) : r).content }])),
    });
  }
}
const components = {};
for (const ref of needed) {
  const [, , kind, name] = ref.split("/");
  (components[kind] ??= {})[name] = bare(at(ref));
}
writeFileSync(
  join(to, "openapi.json"),
  `${JSON.stringify({ openapi: whole.openapi, info: { title: whole.info.title, version: whole.info.version, license: whole.info.license }, paths, components })}\n`,
);

const graph = read("graphql-schema/schema.json");
const types = new Map(graph.data?.__schema.types.map((t) => [t.name, t]) ?? graph.__schema.types.map((t) => [t.name, t]));
const spelt = (t) => (t.kind === "NON_NULL" ? `${spelt(t.ofType)}!` : t.kind === "LIST" ? `[${spelt(t.ofType)}]` : t.name);
const args = (list) => Object.fromEntries(list.map((a) => [a.name, spelt(a.type) + (a.defaultValue === null ? "" : " = default")]));
const kept = {};
for (const [name, fields] of [["Mutation", ["revertPullRequest"]], ["RevertPullRequestPayload", null], ["PullRequest", null]]) {
  const all = types.get(name).fields.filter((f) => !fields || fields.includes(f.name));
  kept[name] = Object.fromEntries(all.map((f) => [f.name, { type: spelt(f.type), args: args(f.args) }]));
}
const inputs = { RevertPullRequestInput: args(types.get("RevertPullRequestInput").inputFields) };
const leaves = [...types.values()].filter((t) => t.kind === "SCALAR" || t.kind === "ENUM").map((t) => t.name);
const used = JSON.stringify(kept);
writeFileSync(
  join(to, "graphql.json"),
  `${JSON.stringify({ types: kept, inputs, leaves: leaves.filter((l) => used.includes(`"${l}`)).sort() }, null, 1)}\n`,
);
