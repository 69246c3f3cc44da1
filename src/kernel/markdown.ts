// Markdown documents as titled sections: their outline, one section by its heading, lines that hold a text.

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
  readonly role: "text" | "open" | "code" | "close";
}

/** Lines, each knowing its part in a fence of code. A fence ends only with its own mark, as long or longer. */
const fenced = (markdown: string): readonly Line[] => {
  let fence: string | undefined;
  return markdown.split("\n").map((text): Line => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1];
    if (fence === undefined) {
      fence = mark;
      return { text, role: mark === undefined ? "text" : "open" };
    }
    const closes = mark?.startsWith(fence) === true && text.trim() === mark;
    if (closes) fence = undefined;
    return { text, role: closes ? "close" : "code" };
  });
};

/** Every heading in order, with the lines it covers. Headings inside code are code. */
export const outline = (markdown: string): readonly Section[] => {
  const lines = fenced(markdown);
  const heads = lines.flatMap(({ text, role }, i) => {
    const match = role !== "text" ? null : /^(#{1,6})\s+(.*?)\s*#*$/.exec(text);
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

/** Words without case and punctuation; a name such as GraphQL stays one word. */
const wordsIn = (text: string): readonly string[] =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

const plainTitle = (title: string): string => wordsIn(title).join(" ");

/** The section a person means: by its whole title, by how it begins, or by words in it; case and punctuation do not count. */
export const findSection = (sections: readonly Section[], wanted: string): Section | undefined => {
  const words = wordsIn(wanted);
  const text = words.join(" ");
  if (text === "") return undefined;
  return (
    sections.find(({ title }) => plainTitle(title) === text) ??
    sections.find(({ title }) => plainTitle(title).startsWith(text)) ??
    sections.find(({ title }) => words.every((word) => wordsIn(title).includes(word))) ??
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

export interface CodeBlock {
  readonly language: string;
  /** The line of the opening fence. */
  readonly line: number;
  readonly text: string;
}

/** Fenced code blocks; one that is never closed reaches to the end. */
export const codeBlocks = (markdown: string): readonly CodeBlock[] => {
  const lines = fenced(markdown);
  return lines.flatMap(({ text, role }, i) => {
    if (role !== "open") return [];
    const rest = lines.slice(i + 1);
    const end = rest.findIndex((line) => line.role === "close");
    const inside = rest.slice(0, end < 0 ? rest.length : end).map((line) => line.text);
    return [{ language: text.replace(/^[\s`~]+/, "").trim(), line: i + 1, text: inside.join("\n") }];
  });
};
