// Sections, search and code blocks of Markdown documents.
import { describe, expect, test } from "bun:test";
import { codeBlocks, findSection, leadOf, outline, searchLines, sectionText } from "./markdown.ts";

const document = `# Title

What it is about,
in two lines.

## First part

Text with needle.

\`\`\`sh
# not a heading
\`\`\`

### Inner: a detail

A Needle in the hay.

## Second part ##

~~~ts
const x = 1;
\`\`\`
~~~
`;

describe("markdown", () => {
  test("an outline knows levels and extents, and leaves code alone", () => {
    expect(outline(document).map(({ title, level, line, end }) => [title, level, line, end])).toEqual([
      ["Title", 1, 1, 24],
      ["First part", 2, 6, 17],
      ["Inner: a detail", 3, 14, 17],
      ["Second part", 2, 18, 24],
    ]);
  });

  test("a section holds its inner sections", () => {
    const section = findSection(outline(document), "first part");
    expect(section === undefined ? "" : sectionText(document, section)).toEndWith("A Needle in the hay.");
  });

  test.each([
    ["SECOND-PART", "Second part"],
    ["second", "Second part"],
    ["detail", "Inner: a detail"],
    ["inner detail", "Inner: a detail"],
    ["part", "First part"],
    ["nothing", undefined],
    ["", undefined],
    ["…", undefined],
  ])("%p finds %p", (wanted, title) => {
    expect(findSection(outline(document), wanted)?.title).toBe(title as string);
  });

  test("a search finds lines with every word, whatever their case", () => {
    expect(searchLines(document, "needle")).toEqual([
      { section: "First part", line: 8, text: "Text with needle." },
      { section: "Inner: a detail", line: 16, text: "A Needle in the hay." },
    ]);
    expect(searchLines(document, "hay needle")).toHaveLength(1);
    expect(searchLines(document, "  ")).toEqual([]);
  });

  test("the lead is the first paragraph", () => {
    expect(leadOf(document)).toBe("What it is about, in two lines.");
    expect(leadOf("")).toBe("");
  });

  test("code blocks come with language and line; a fence ends only with its own mark", () => {
    expect(codeBlocks(document)).toEqual([
      { language: "sh", line: 10, text: "# not a heading" },
      { language: "ts", line: 20, text: "const x = 1;\n```" },
    ]);
  });
});
