// A quick look for a key that stands twice in one mapping; it may be wrong, so that the exact parser is asked only then.

interface Mapping {
  readonly indent: number;
  readonly keys: Set<string>;
}

/** The line of a key that seems repeated, or undefined. Fast parsers keep the last of two silently. */
export const repeatedKey = (text: string): number | undefined =>
  /^\uFEFF?\s*[{[]/.test(text) ? repeatedInJson(text) : repeatedInYaml(text);

const repeatedInJson = (text: string): number | undefined => {
  const open: (Set<string> | undefined)[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gs;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const word = match[0];
    if (word === "{") open.push(new Set());
    else if (word === "[") open.push(undefined);
    else if (word === "}" || word === "]") open.pop();
    else if (match[1] !== undefined) {
      const keys = open.at(-1);
      const key = word.slice(0, word.lastIndexOf('"'));
      if (keys?.has(key) === true) return text.slice(0, match.index).split("\n").length;
      keys?.add(key);
    }
  }
  return undefined;
};

const keyLine =
  /^( *)((?:- +)*)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"[\]{},&*!|>%@`-][^#]*?|-[^\s][^#]*?) *:(?:\s|$)/;

const repeatedInYaml = (text: string): number | undefined => {
  const open: Mapping[] = [];
  let scalar: number | undefined;
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    const indent = line.search(/[^ ]/);
    if (indent < 0 || line[indent] === "\r") continue;
    if (scalar !== undefined && indent > scalar) continue;
    scalar = undefined;
    const match = keyLine.exec(line);
    if (match !== null && repeats(open, match)) return index + 1;
    if (/(?:^|[\s:-])[|>][+-]?\d?[+-]?\s*(?:#.*)?\r?$/.test(line)) {
      scalar = match === null ? indent : indent + (match[2]?.length ?? 0);
    }
  }
  return undefined;
};

const repeats = (open: Mapping[], match: RegExpExecArray): boolean => {
  const dash = match[1]?.length ?? 0;
  const isItem = match[2] !== "";
  const indent = dash + (match[2]?.length ?? 0);
  while (open.length > 0 && (open.at(-1)?.indent ?? 0) > (isItem ? dash : indent)) open.pop();
  const last = open.at(-1);
  if (last?.indent !== indent) open.push({ indent, keys: new Set() });
  const keys = open.at(-1)?.keys;
  const key = match[3] ?? "";
  if (keys?.has(key) === true && key !== "<<") return true;
  keys?.add(key);
  return false;
};
