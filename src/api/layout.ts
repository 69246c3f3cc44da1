// Lays out generated code: a group stands on one line when it fits, else each of its lines breaks (Wadler, "A prettier printer").

export type Doc =
  | string
  | { readonly kind: "concat"; readonly parts: readonly Doc[] }
  | { readonly kind: "group"; readonly inner: Doc; readonly broken: boolean }
  | { readonly kind: "indent"; readonly inner: Doc }
  /** `flat` on one line; a line break otherwise. `hard` always breaks, and breaks the groups around it. */
  | { readonly kind: "line"; readonly flat: string; readonly hard: boolean }
  /** A head and the calls chained to it: all on one line, or each on its own. */
  | { readonly kind: "chain"; readonly head: string; readonly calls: readonly Doc[] }
  /** The right side of an assignment: on the next line, indented, when not even its beginning fits. */
  | { readonly kind: "assigned"; readonly inner: Doc }
  /** A call whose last argument, an object or list, begins where the others end, as long as they fit. */
  | { readonly kind: "hug"; readonly name: string; readonly args: readonly Doc[]; readonly last: Doc }
  /** Text that stands only where the group around it broke: a trailing comma. */
  | { readonly kind: "broken"; readonly text: string };

export const line: Doc = { kind: "line", flat: " ", hard: false };
export const softline: Doc = { kind: "line", flat: "", hard: false };
export const hardline: Doc = { kind: "line", flat: "", hard: true };
const trailingComma: Doc = { kind: "broken", text: "," };

export const concat = (...parts: readonly Doc[]): Doc => ({ kind: "concat", parts });

const hasHardline = (doc: Doc): boolean =>
  typeof doc !== "string" &&
  (doc.kind === "concat" || doc.kind === "chain"
    ? (doc.kind === "chain" ? doc.calls : doc.parts).some(hasHardline)
    : doc.kind === "group"
      ? doc.broken
      : doc.kind === "indent" || doc.kind === "assigned"
        ? hasHardline(doc.inner)
        : doc.kind === "hug"
          ? hasHardline(doc.last)
          : doc.kind === "line" && doc.hard);

export const group = (...parts: readonly Doc[]): Doc => {
  const inner = concat(...parts);
  return { kind: "group", inner, broken: hasHardline(inner) };
};
/** Appends calls to an expression: chains grow, anything else becomes the head of one. */
export const chain = (base: Doc, calls: readonly Doc[]): Doc => {
  if (typeof base === "string") return { kind: "chain", head: base, calls };
  return base.kind === "chain" ? { ...base, calls: [...base.calls, ...calls] } : concat(base, ...calls);
};

/** One call hugs its head; several break together, as prettier has it. */
const unchained = ({ head, calls }: Extract<Doc, { readonly kind: "chain" }>): Doc =>
  calls.length < 2 ? concat(head, ...calls) : group(head, indent(...calls.flatMap((one) => [softline, one])));

/** `name: value` of an object. */
/** Text goes below its key, unless the key is so short that nothing would be won. */
export const property = (name: string, value: Doc): Doc =>
  name.length < 5 && typeof value === "string" && /^["']/.test(value)
    ? concat(`${name}: `, value)
    : concat(`${name}:`, assigned(value));

export const assigned = (inner: Doc): Doc => ({ kind: "assigned", inner });
export const indent = (...parts: readonly Doc[]): Doc => ({ kind: "indent", inner: concat(...parts) });

export const join = (docs: readonly Doc[], separator: Doc): Doc =>
  concat(...docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc])));

/** With an empty line between them. */
export const separated = (docs: readonly Doc[]): Doc => join(docs, concat(hardline, hardline));

const list = (open: string, close: string, edge: Doc, items: readonly Doc[]): Doc =>
  items.length === 0
    ? `${open}${close}`
    : group(open, indent(edge, join(items, concat(",", line))), trailingComma, edge, close);

export const braces = (items: readonly Doc[]): Doc => list("{", "}", line, items);
export const brackets = (items: readonly Doc[]): Doc => list("[", "]", softline, items);

/** A call. A last argument that is an object or list hugs the parentheses, as prettier has it. */
export const call = (name: string, args: readonly Doc[]): Doc =>
  args.length === 1 && isBracketed(args[0])
    ? concat(name, "(", args[0] ?? "", ")")
    : isBracketed(args.at(-1))
      ? { kind: "hug", name, args: args.slice(0, -1), last: args.at(-1) ?? "" }
      : list(`${name}(`, ")", softline, args);

/** Calls on something: on its line, or each in a line of its own. */
export const callLines = (head: Doc, calls: readonly Doc[]): Doc =>
  group(head, indent(...calls.flatMap((one) => [softline, one])));

/** An object with a line for each property. */
export const openBraces = (properties: readonly Doc[]): Doc => opened(braces(properties));

const isBracketed = (doc: Doc | undefined): boolean => {
  const first = doc === undefined || typeof doc === "string" || doc.kind !== "group" ? undefined : firstText(doc);
  return first === "{" || first === "[";
};

export const startsWithBrace = (doc: Doc): boolean => firstText(doc) === "{" || doc === "{}";

const firstText = (doc: Doc): string | undefined =>
  typeof doc === "string"
    ? doc
    : doc.kind === "concat"
      ? doc.parts[0] === undefined
        ? undefined
        : firstText(doc.parts[0])
      : doc.kind === "group" || doc.kind === "indent"
        ? firstText(doc.inner)
        : undefined;

/** Does a document begin with a break of its own? */
const breaksFirst = (doc: Doc): boolean =>
  typeof doc !== "string" &&
  (doc.kind === "line" ||
    (doc.kind === "concat" && doc.parts[0] !== undefined && breaksFirst(doc.parts[0])) ||
    ((doc.kind === "group" || doc.kind === "indent") && breaksFirst(doc.inner)));

/** Columns: most text is plain. */
const columns = (text: string): number => (/^[\x20-\x7e]*$/.test(text) ? text.length : Bun.stringWidth(text));

type Hug = Extract<Doc, { readonly kind: "hug" }>;

const opened = (doc: Doc): Doc => (typeof doc !== "string" && doc.kind === "group" ? { ...doc, broken: true } : doc);

const onOneLine = ({ name, args, last }: Hug): Doc => concat(`${name}(`, join([...args, last], ", "), ")");

/** The last argument opens on the line of the others, or every argument has a line. */
const hugged = ({ name, args, last }: Hug, room: number): Doc => {
  const head = `${name}(${args.map((one) => `${layout(one, Infinity)}, `).join("")}`;
  return columns(head) < room
    ? concat(head, opened(last), ")")
    : group(`${name}(`, indent(hardline, join([...args, last], concat(",", hardline))), trailingComma, hardline, ")");
};

interface Piece {
  readonly doc: Doc;
  readonly depth: number;
  readonly flat: boolean;
}

/** Does the rest of the line fit, up to the first break that is certain? */
const fits = (first: Piece, rest: readonly Piece[], room: number): boolean => {
  const pieces: Piece[] = [first];
  let after = rest.length;
  while (room >= 0) {
    const piece = pieces.pop() ?? rest[--after];
    if (piece === undefined) return true;
    const { doc, depth, flat } = piece;
    if (typeof doc === "string") room -= columns(doc);
    else if (doc.kind === "concat") for (const part of doc.parts.toReversed()) pieces.push({ doc: part, depth, flat });
    else if (doc.kind === "group") pieces.push({ doc: doc.inner, depth, flat: flat && !doc.broken });
    else if (doc.kind === "indent") pieces.push({ doc: doc.inner, depth, flat });
    else if (doc.kind === "chain") pieces.push({ doc: unchained(doc), depth, flat });
    else if (doc.kind === "assigned") pieces.push({ doc: concat(line, doc.inner), depth, flat });
    else if (doc.kind === "broken") room -= flat ? 0 : doc.text.length;
    else if (doc.kind === "hug" && flat) pieces.push({ doc: onOneLine(doc), depth, flat });
    else if (doc.kind === "hug") return room > doc.name.length;
    else if (!flat || doc.hard) return true;
    else room -= doc.flat.length;
  }
  return false;
};

/** The text of a document, in lines of at most `width` columns where that is possible. */
export const layout = (root: Doc, width = 80): string => {
  const out: string[] = [];
  let column = 0;
  const pieces: Piece[] = [{ doc: root, depth: 0, flat: false }];
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    const { doc, depth, flat } = piece;
    if (typeof doc === "string") {
      out.push(doc);
      column += columns(doc);
    } else if (doc.kind === "concat") {
      for (const part of doc.parts.toReversed()) pieces.push({ doc: part, depth, flat });
    } else if (doc.kind === "indent") {
      pieces.push({ doc: doc.inner, depth: depth + 1, flat });
    } else if (doc.kind === "chain") {
      pieces.push({ doc: unchained(doc), depth, flat });
    } else if (doc.kind === "assigned") {
      const here: Piece = { doc: doc.inner, depth, flat };
      const fitting = breaksFirst(doc.inner) || fits(here, pieces, width - column - 1);
      if (fitting) pieces.push(here, { doc: " ", depth, flat });
      else pieces.push({ ...here, depth: depth + 1 }, { doc: hardline, depth: depth + 1, flat });
    } else if (doc.kind === "group") {
      const oneLine: Piece = { doc: doc.inner, depth, flat: true };
      const fitting = flat || (!doc.broken && fits(oneLine, pieces, width - column));
      pieces.push(fitting ? oneLine : { ...oneLine, flat: false });
    } else if (doc.kind === "hug") {
      const oneLine: Piece = { doc: onOneLine(doc), depth, flat: true };
      const fitting = flat || (!hasHardline(doc.last) && fits(oneLine, pieces, width - column));
      pieces.push(fitting ? oneLine : { doc: hugged(doc, width - column), depth, flat: false });
    } else if (doc.kind === "broken") {
      if (!flat) out.push(doc.text);
    } else if (flat && !doc.hard) {
      out.push(doc.flat);
      column += doc.flat.length;
    } else {
      out.push(`\n${"  ".repeat(depth)}`);
      column = depth * 2;
    }
  }
  return out.join("").replace(/[ \t]+$/gm, "");
};

const below = (depth: number, doc: Doc): string => {
  let inner = concat(hardline, doc);
  for (let level = 0; level < depth; level++) inner = indent(inner);
  return layout(inner).slice(1);
};

/** A statement at a depth, with its semicolon. */
export const statement = (depth: number, doc: Doc): string => below(depth, concat(doc, ";"));

/** A member of a list or object at a depth, with its comma. */
export const entry = (depth: number, doc: Doc): string => below(depth, concat(doc, ","));
