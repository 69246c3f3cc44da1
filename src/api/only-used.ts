// An emitted module without the declarations that nobody uses: a service carries the keywords of its own document.

interface Part {
  /** What it declares; undefined for imports and the words at the top. */
  readonly name: string | undefined;
  readonly text: string;
}

const declaration = /^(?:export )?(?:const|type|interface) (\w+)/;

/** A statement begins at the margin, and so do the comments that belong to it. */
const begins = (line: string): boolean => /^(?:import|export|const|type|interface|\/\/|\/\*\*)/.test(line);

const isComment = (line: string): boolean => /^(?:\/\/|\/\*\*)/.test(line);

/** The statements of a module that is formatted as ours are: nothing but statements begins at the margin. */
const partsOf = (text: string): readonly Part[] => {
  const parts: string[][] = [];
  let isOpen = false;
  for (const line of text.split("\n")) {
    const last = parts.at(-1);
    if (last === undefined || (begins(line) && !isOpen)) parts.push([line]);
    else last.push(line);
    isOpen = begins(line) ? isComment(line) : isOpen;
  }
  return parts.map((lines) => ({
    name: lines.map((line) => declaration.exec(line)?.[1]).find((name) => name !== undefined),
    text: lines.join("\n"),
  }));
};

/** Every identifier that is not in a comment and names no property. */
const identifiers = (text: string): readonly string[] =>
  [
    ...text
      .replace(/^\s*(?:\/\/|\/\*\*|\*).*$/gm, "")
      .matchAll(/(?:(?<=\.\.\.)|(?<![.\w$]))[A-Za-z_$][\w$]*(?![\w$]|\??:)/g),
  ].map(([name]) => name);

/** A blank line stays between what is kept when there was one on the way. */
const joined = (parts: readonly Part[], isKept: (part: Part) => boolean): string => {
  let text = "";
  let gap = "";
  for (const part of parts) {
    if (isKept(part)) text += `${gap}${part.text.trimEnd()}\n`;
    gap = (isKept(part) ? "" : gap) || (part.text.endsWith("\n") ? "\n" : "");
  }
  return text;
};

/** `text` with what `roots` need, directly or not. Only for modules of our own style, whose statements are declarations. */
export const onlyUsed = (text: string, roots: Iterable<string>): string => {
  const parts = partsOf(text);
  const byName = new Map(parts.flatMap((part) => (part.name === undefined ? [] : [[part.name, part]])));
  const used = new Set<string>();
  const queue = [...roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const part = byName.get(name);
    if (part === undefined || used.has(name)) continue;
    used.add(name);
    queue.push(...identifiers(part.text));
  }
  return joined(parts, ({ name }) => name === undefined || used.has(name));
};
