// `senior reference`: lists the embedded references, prints one or a section of it, and searches them all.
import { Fault } from "../kernel/fault.ts";
import type { Section } from "../kernel/markdown.ts";
import { findSection, leadOf, outline, searchLines, sectionText } from "../kernel/markdown.ts";
import type { Report } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { nearest, plural } from "../kernel/words.ts";
import type { ReferencePlugin } from "../sdk.ts";
import { command } from "./command.ts";
import { text as textArg } from "./flags.ts";

type Topics = ReadonlyMap<string, ReferencePlugin>;

const listTopics = (topics: Topics): Report => ({
  command: "reference",
  blocks: [
    {
      kind: "table",
      columns: [{ title: "Topic" }, { title: "About" }],
      rows: [...topics.values()].map(({ topic, markdown }) => [topic, leadOf(markdown)]),
    },
    text("Print one with `senior reference TOPIC`, a part of it with --section, find words with --search.", "dim"),
  ],
  findings: [],
  data: {
    topics: [...topics.values()].map(({ topic, markdown }) => ({
      topic,
      about: leadOf(markdown),
      sections: outline(markdown)
        .filter(({ level }) => level > 1)
        .map(({ title, level, line }) => ({ title, level, line })),
    })),
  },
});

/** `references/api-design-patterns.md` means `api_design_patterns`. */
const topicName = (word: string): string =>
  word
    .replace(/^.*[/\\]/, "")
    .replace(/\.md$/i, "")
    .replaceAll("-", "_")
    .toLowerCase();

/** A topic by its name, or by a beginning or a word of it that no other topic has: `security`. */
const findTopic = (topics: Topics, word: string): ReferencePlugin => {
  const name = topicName(word);
  const exact = topics.get(word) ?? topics.get(name);
  if (exact !== undefined) return exact;
  const partly = [...topics.values()].filter(({ topic }) => `_${topic}_`.includes(`_${name}_`));
  const [only, other] = partly;
  if (only !== undefined && other === undefined) return only;
  const near = nearest(name, [...topics.keys()]);
  const hint = near === undefined ? `; known are ${[...topics.keys()].join(", ")}` : `; did you mean "${near}"?`;
  throw new Fault("usage.bad-value", `no reference "${word}"${hint}`, { help: "run `senior reference` for the list" });
};

const sectionOf = ({ topic, markdown }: ReferencePlugin, wanted: string): Section => {
  const sections = outline(markdown);
  const found = findSection(sections, wanted);
  if (found !== undefined) return found;
  const titles = sections.filter(({ level }) => level > 1).map(({ title }) => title);
  const near = nearest(wanted, titles);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  throw new Fault("usage.bad-value", `${topic} has no section "${wanted}"${hint}`, {
    help: `its sections are ${titles.join("; ")}`,
  });
};

const printTopic = (reference: ReferencePlugin, wanted: string | undefined): Report => {
  const section = wanted === undefined ? undefined : sectionOf(reference, wanted);
  const markdown = section === undefined ? reference.markdown : sectionText(reference.markdown, section);
  return {
    command: "reference",
    blocks: [{ kind: "markdown", text: markdown }],
    findings: [],
    data: { topic: reference.topic, section: section?.title ?? null, markdown },
  };
};

const searchTopics = (topics: readonly ReferencePlugin[], query: string): Report => {
  const hits = topics.flatMap(({ topic, markdown }) =>
    searchLines(markdown, query).map((hit) => ({ topic, section: hit.section, line: hit.line, text: hit.text })),
  );
  return {
    command: "reference",
    blocks: [
      heading(`${plural(hits.length, "line")} with "${query}"`),
      ...(hits.length === 0
        ? []
        : [
            {
              kind: "table" as const,
              columns: [
                { title: "Topic" },
                { title: "Section" },
                { title: "Line", align: "right" as const },
                { title: "" },
              ],
              rows: hits.map((hit) => [hit.topic, hit.section, String(hit.line), hit.text]),
            },
          ]),
    ],
    findings: [],
    data: { query, hits },
  };
};

export default command({
  name: "reference",
  about: "Read the embedded references: API design, databases, security, the seven questions, who does what",
  examples: [
    { run: "senior reference", about: "the topics" },
    { run: "senior reference api_design_patterns --section errors", about: "one section" },
    { run: "senior reference --search idempotency", about: "where it is spoken of" },
  ],
  positionals: { topic: textArg("Which reference; all are listed without it", { value: "TOPIC" }) },
  flags: {
    section: textArg("Only the section with this heading; a word of it is enough", { value: "HEADING" }),
    search: textArg("Find lines with these words, in one topic or in all", { value: "WORDS" }),
  },
  run({ args, registry }) {
    const topics = registry.references;
    const chosen = args.topic === undefined ? undefined : findTopic(topics, args.topic);
    if (args.search !== undefined) {
      return Promise.resolve(searchTopics(chosen === undefined ? [...topics.values()] : [chosen], args.search));
    }
    if (chosen !== undefined) return Promise.resolve(printTopic(chosen, args.section));
    if (args.section !== undefined)
      throw new Fault("usage.missing-argument", "--section needs a topic: senior reference TOPIC --section HEADING");
    return Promise.resolve(listTopics(topics));
  },
});
