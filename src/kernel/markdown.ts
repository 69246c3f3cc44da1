// Markdown documents as titled sections: their outline, one section by its heading, lines that hold a text.
import { wordsOf } from "./words.ts";

export interface Section {
  readonly title: string;
  /** 1 for the title of the document. */
  readonly level: number;
  /** The line of the heading, counted from 1. */
  readonly line: number;
  /** The last line that belongs to it: before the next heading of the same level or above. */
  readonly end: number;
}

interface Line {
  readonly text: string;
  readonly code: boolean;
}

/** Lines, each knowing whether it stands inside a fence of code. */
const fenced = (markdown: string): readonly Line[] => {
  let fence: string | undefined;
  return markdown.split("\n").map((text) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1];
    const closes = fence !== undefined && mark?.startsWith(fence) === true;
    const code = fence !== undefined || mark !== undefined;
    if (closes) fence = undefined;
    else fence ??= mark;
    return { text, code };
  });
};

/** Every heading in order, with the lines it covers. Headings inside code are code. */
export const outline = (markdown: string): readonly Section[] => {
  const lines = fenced(markdown);
  const heads = lines.flatMap(({ text, code }, i) => {
    const match = code ? null : /^(#{1,6})\s+(.*?)\s*#*$/.exec(text);
    return match === null ? [] : [{ title: match[2] ?? "", level: (match[1] ?? "").length, line: i + 1 }];
  });
  return heads.map((head, i) => {
    const next = heads.slice(i + 1).find(({ level }) => level <= head.level);
    return { ...head, end: next === undefined ? lines.length : next.line - 1 };
  });
};

export const sectionText = (markdown: string, { line, end }: Section): string =>
  markdown
    .split("\n")
    .slice(line - 1, end)
    .join("\n")
    .trimEnd();

const plainTitle = (title: string): string => wordsOf(title).join(" ");

/** The section a person means: by its whole title, by how it begins, or by words in it; case and punctuation do not count. */
export const findSection = (sections: readonly Section[], wanted: string): Section | undefined => {
  const words = wordsOf(wanted);
  const text = words.join(" ");
  if (text === "") return undefined;
  return (
    sections.find(({ title }) => plainTitle(title) === text) ??
    sections.find(({ title }) => plainTitle(title).startsWith(text)) ??
    sections.find(({ title }) => words.every((word) => wordsOf(title).includes(word))) ??
    sections.find(({ title }) => plainTitle(title).includes(text))
  );
};

export interface Hit {
  /** The innermost section that holds the line. */
  readonly section: string;
  readonly line: number;
  readonly text: string;
}

/** Lines that hold every word of `query`, whatever their case. */
export const searchLines = (markdown: string, query: string): readonly Hit[] => {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return [];
  const sections = outline(markdown);
  return markdown.split("\n").flatMap((text, i) => {
    const lower = text.toLowerCase();
    if (!words.every((word) => lower.includes(word))) return [];
    const inside = sections.findLast(({ line, end }) => line <= i + 1 && i + 1 <= end);
    return [{ section: inside?.title ?? "", line: i + 1, text: text.trim() }];
  });
};

/** The first paragraph after the title: what the document is about. */
export const leadOf = (markdown: string): string => {
  const [, ...rest] = markdown.split(/\n{2,}/);
  return (rest[0] ?? "").replaceAll("\n", " ");
};

/** Fenced code blocks with their language and the line of the opening fence. */
export const codeBlocks = (
  markdown: string,
): readonly { readonly language: string; readonly line: number; readonly text: string }[] => {
  const blocks: { language: string; line: number; text: string }[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [i, { text, code }] of fenced(markdown).entries()) {
    if (!code) continue;
    if (open === undefined) open = { language: text.replace(/^\s*[`~]+\s*/, "").trim(), line: i + 1, lines: [] };
    else if (/^ {0,3}(`{3,}|~{3,})\s*$/.test(text)) {
      blocks.push({ language: open.language, line: open.line, text: open.lines.join("\n") });
      open = undefined;
    } else open.lines.push(text);
  }
  return blocks;
};
