// Every rule that the product can report is explained by a section that exists.
import { describe, expect, test } from "bun:test";
import { findSection, outline } from "../kernel/markdown.ts";
import { productSources } from "../testing/architecture.ts";
import { references } from "./references.ts";
import { ruleReferences } from "./rule-references.ts";

const sources = [...(await productSources(new URL("../..", import.meta.url).pathname))];

/** What calls of a function name, in the files of a folder. */
const named = (folder: string, call: RegExp, room: string): readonly string[] =>
  sources
    .filter(([path]) => path.startsWith(folder))
    .flatMap(([, text]) => [...text.matchAll(call)].map((match) => `${room}/${match[1] ?? ""}`));

/** Rule ids as they stand in the sources: written out, or put together by a function of their room. */
const written = [
  ...sources.flatMap(([, text]) =>
    [...text.matchAll(/\b(?:rule|id):\s*"([a-z]+\/[a-z0-9-]+)"/g)].map((match) => match[1] ?? ""),
  ),
  ...named("src/api/", /\bnote\(\s*[a-zA-Z.]+,\s*"([a-z-]+)"/g, "api"),
  ...named("src/api/regenerate/", /\bfinding\(\s*"([a-z-]+)"/g, "scaffold"),
];

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
      const spelt = [rule, name, name.replaceAll("-", " ")].some((words) => all.includes(`"${words}"`));
      expect([rule, spelt || new RegExp(`\\b${name}: `).test(all)]).toEqual([rule, true]);
    }
  });
});
