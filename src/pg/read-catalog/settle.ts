// Expressions as PostgreSQL prints them once they went through its parser again: the same text, whether SQL was run or what it made was.

/** Where the bracket or parenthesis that opens at `start` is closed; -1 where it is not. */
const closing = (text: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === "'" || char === '"') {
      at = text.indexOf(char, at + 1);
      if (at < 0) return -1;
    } else if ("([".includes(char)) depth++;
    else if (")]".includes(char) && --depth === 0) return at;
  }
  return -1;
};

/** What stands between separators that are in no brackets and no quotes. */
const partsOf = (text: string, separator: string): readonly string[] => {
  const found: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === "'" || char === '"') at = Math.max(at, text.indexOf(char, at + 1));
    else if ("([".includes(char)) at = Math.max(at, closing(text, at));
    else if (text.startsWith(separator, at)) {
      found.push(text.slice(start, at));
      start = at + separator.length;
      at = start - 1;
    }
  }
  return [...found, text.slice(start)];
};

/** In a string constant: an odd number of quotes stands before it. */
const isQuoted = (text: string, at: number): boolean => text.slice(0, at).split("'").length % 2 === 0;

const head = "(ARRAY[";
const castOfArray = /^\)::([a-z ]+(?:\(\d+\))?)\[\]/;

/** `x IN ('a', 'b')` on a varchar casts the array the first time it is parsed, and each of its elements from then on. */
const withCastElements = (text: string): string => {
  let done = "";
  for (let at = 0; ;) {
    const start = text.indexOf(head, at);
    const end = start < 0 || isQuoted(text, start) ? -1 : closing(text, start + head.length - 1);
    if (end < 0) return done + text.slice(at);
    const [cast, type] = castOfArray.exec(text.slice(end + 1)) ?? [];
    if (cast === undefined || type === undefined) {
      done += text.slice(at, start + head.length);
      at = start + head.length;
      continue;
    }
    const elements = partsOf(text.slice(start + head.length, end), ", ").map((one) => `(${one})::${type}`);
    done += `${text.slice(at, start)}ARRAY[${elements.join(", ")}]`;
    at = end + 1 + cast.length;
  }
};

const hasRows = (text: string): boolean => text.includes("((") && (text.includes(" AND ") || text.includes(" OR "));

/** `a BETWEEN 1 AND 5 AND b` is a pair in a pair the first time, and one row of three from then on. */
const withFlatRows = (text: string): string => {
  if (!hasRows(text)) return text;
  let done = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    const end = char === "'" || char === '"' ? text.indexOf(char, at + 1) : char === "(" ? closing(text, at) : -1;
    if (end < at) {
      done += char;
      continue;
    }
    done += char === "(" ? `(${flatRow(withFlatRows(text.slice(at + 1, end)))})` : text.slice(at, end + 1);
    at = end;
  }
  return done;
};

/** The first of conditions in a row, where it is such a row itself, without its parentheses. */
const flatRow = (inner: string): string => {
  for (const word of [" AND ", " OR "]) {
    const [first = "", ...rest] = partsOf(inner, word);
    const isWhole = first.startsWith("(") && closing(first, 0) === first.length - 1;
    const own = isWhole ? first.slice(1, -1) : "";
    if (rest.length > 0 && partsOf(own, word).length > 1) return [own, ...rest].join(word);
  }
  return inner;
};

export const settled = (text: string): string => withFlatRows(withCastElements(text));

/** Fields of rows that hold expressions, or statements that do. */
const fields = ["definition", "expression", "expressions", "predicate", "using", "check"];

/** A row of the server's answer, with its expressions settled. Bodies of functions are the user's own text. */
export const rowOf = (section: string, json: string): Readonly<Record<string, unknown>> => {
  const row = JSON.parse(json) as Readonly<Record<string, unknown>>;
  if (section === "routines" || (!json.includes(head) && !hasRows(json))) return row;
  const settledOf = (value: unknown): unknown =>
    typeof value === "string" ? settled(value) : Array.isArray(value) ? value.map(settledOf) : value;
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, fields.includes(key) ? settledOf(value) : value]),
  );
};
