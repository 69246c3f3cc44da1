// Every rule that the product can report is explained by a section that exists.
import { describe, expect, test } from "bun:test";
import { findSection, outline } from "../kernel/markdown.ts";
import { productSources } from "../testing/architecture.ts";
import { references } from "./references.ts";
import { ruleReferences } from "./rule-references.ts";

const sources = [...(await productSources(new URL("../..", import.meta.url).pathname))];

/** Rule ids as they stand in the sources: written out, or noted while an API document is read. */
const written = sources.flatMap(([path, text]) => [
  ...[...text.matchAll(/\b(?:rule|id):\s*"([a-z]+\/[a-z0-9-]+)"/g)].map((match) => match[1] ?? ""),
  ...(path.startsWith("src/api/")
    ? [...text.matchAll(/\bnote\(\s*[a-zA-Z.]+,\s*"([a-z-]+)"/g)].map((match) => `api/${match[1] ?? ""}`)
    : []),
]);

describe("rules and references", () => {
  test("there are rules to look at", () => expect(new Set(written).size).toBeGreaterThan(30));

  test("every rule has a section: add it to src/cli/rule-references.ts", () => {
    expect([...new Set(written)].filter((rule) => !ruleReferences.has(rule)).sort()).toEqual([]);
  });

  test.each([...ruleReferences])("%s is explained in %o", (_, { topic, section }) => {
    const markdown = references.find((one) => one.topic === topic)?.markdown ?? "";
    expect(findSection(outline(markdown), section)?.title).toBe(section);
  });

  test("no section is promised for a rule that nobody reports", () => {
    const all = sources.map(([, text]) => text).join("\n");
    for (const rule of ruleReferences.keys()) {
      const [, name = ""] = rule.split("/");
      expect([rule, all.includes(`"${name}"`) || all.includes(`"${rule}"`)]).toEqual([rule, true]);
    }
  });
});
