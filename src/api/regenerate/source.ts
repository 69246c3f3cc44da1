// The parts of a TypeScript file: its imports, its exports, and its statements as units that can be told apart by name.
import type { Binding, Forwarded, Import, NameKind } from "./statements.ts";
import { declarationIn, declared, exportedBy, forwardedBy, functionBlock } from "./statements.ts";
import { importOf, initializerOf, keyOf, nodesAt } from "./statements.ts";
import type { Identifier, Node, Syntax, Token } from "./syntax.ts";
import { readSyntax } from "./syntax.ts";

/** Statements, one below the other, and where the first of them would go. */
export interface Block {
  readonly text: string;
  readonly head: number;
  readonly units: readonly Unit[];
}

/** A statement with the comments that belong to it. */
export interface Unit {
  /** The same in every version of a file: `value listBooks`, `type Book`, `from ./books.js`. */
  readonly key: string;
  readonly start: number;
  readonly end: number;
  /** Where the statement itself begins, after its comments. */
  readonly code: number;
  /** Where the value of a constant begins. */
  readonly initializer?: number;
  readonly tokens: readonly Token[];
  /** What it declares. */
  readonly names: readonly string[];
  /** The statements of the one function that it is. */
  readonly body?: Block & { readonly end: number };
}

export interface Source extends Block {
  /** The comment at the top, before everything else. */
  readonly header: Unit | undefined;
  readonly imports: readonly Import[];
  readonly identifiers: readonly Identifier[];
  readonly exports: ReadonlyMap<string, NameKind>;
  readonly forwarded: readonly Forwarded[];
}

export const emptySource: Source = {
  text: "",
  head: 0,
  header: undefined,
  imports: [],
  units: [],
  identifiers: [],
  exports: new Map(),
  forwarded: [],
};

interface Extent {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
}

const lineBreak = /\r?\n/;

/** From the first comment above a statement to the comment at the end of its last line. */
const extents = (
  statements: readonly Node[],
  comments: Syntax["comments"],
  text: string,
  from: number,
): readonly Extent[] => {
  let after = from;
  return statements.map((node) => {
    const own = comments.filter(({ start, end }) => start >= after && end <= node.start);
    const next = comments.find(({ start }) => start >= node.end);
    const trails = next !== undefined && /^[^\S\r\n]*$/.test(text.slice(node.end, next.start));
    const end = trails && !lineBreak.test(text.slice(next.start, next.end)) ? next.end : node.end;
    after = end;
    return { node, start: own[0]?.start ?? node.start, end };
  });
};

/** Comments at the top that are not the first statement's own: up to an empty line, or down to the first import. */
const headerEnd = ({ statements, comments }: Syntax, text: string): number => {
  const first = statements[0];
  const top = comments.filter(({ end }) => end <= (first?.start ?? text.length));
  if (first === undefined || first.type === "ImportDeclaration") return top.at(-1)?.end ?? 0;
  const gap = top.findIndex(({ end }, index) => {
    const next = top[index + 1]?.start ?? first.start;
    return /\r?\n[^\S\n]*\r?\n/.test(text.slice(end, next));
  });
  return gap < 0 ? 0 : (top[gap]?.end ?? 0);
};

/** Finds tokens of ranges that are asked for in order. */
const tokenCursor = (tokens: readonly Token[]): ((start: number, end: number) => readonly Token[]) => {
  let at = 0;
  return (start, end) => {
    while ((tokens[at]?.start ?? Infinity) < start) at++;
    const first = at;
    while ((tokens[at]?.start ?? Infinity) < end) at++;
    return tokens.slice(first, at);
  };
};

/** Imported names stand for what they import, whatever they are called here. */
const canonical = (syntax: Syntax, bindings: readonly Binding[]): readonly Token[] => {
  const meanings = new Map(bindings.map(({ local, module, imported }) => [local, `@${module}#${imported}`]));
  const uses = new Map(syntax.identifiers.map(({ start, name }) => [start, meanings.get(name)]));
  return syntax.tokens.map((token) => {
    const meaning = uses.get(token.start);
    return meaning === undefined ? token : { ...token, key: meaning };
  });
};

/** Several units may begin alike: the second is `… #2`. */
const numbered = (units: readonly Unit[]): readonly Unit[] => {
  const seen = new Map<string, number>();
  return units.map((unit) => {
    const count = (seen.get(unit.key) ?? 0) + 1;
    seen.set(unit.key, count);
    return count === 1 ? unit : { ...unit, key: `${unit.key} #${count}` };
  });
};

interface Reading {
  readonly text: string;
  readonly comments: Syntax["comments"];
}

const bodyOf = (statement: Node, tokens: readonly Token[], { text, comments }: Reading): Unit["body"] => {
  const block = functionBlock(statement);
  if (block === undefined) return undefined;
  const head = block.start + 1;
  const own = comments.filter(({ start, end }) => start >= head && end < block.end);
  const cursor = tokenCursor(tokens);
  const units = extents(nodesAt(block, "body"), own, text, head).map((extent) =>
    unitOf(extent, cursor(extent.start, extent.end), { text, comments: own }),
  );
  return { text, head, end: block.end - 1, units: numbered(units) };
};

const unitOf = ({ node, start, end }: Extent, tokens: readonly Token[], reading: Reading): Unit => {
  const names = declared(declarationIn(node));
  const initializer = initializerOf(node);
  const body = bodyOf(node, tokens, reading);
  return {
    key: keyOf(node, names, tokens),
    start,
    end,
    code: node.start,
    ...(initializer === undefined ? {} : { initializer }),
    tokens,
    names,
    ...(body === undefined ? {} : { body }),
  };
};

/** A unit by its key; one inside a function goes by both keys. */
export const findUnit = (source: Source, key: string): Unit | undefined => {
  const own = source.units.find((unit) => unit.key === key);
  const cut = key.indexOf(innerMark);
  if (own !== undefined || cut < 0) return own;
  const outer = source.units.find((unit) => unit.key === key.slice(0, cut));
  return outer?.body?.units.find((unit) => unit.key === key.slice(cut + innerMark.length));
};

const innerMark = " > ";

export const innerKey = (outer: Unit, key: string): string => `${outer.key}${innerMark}${key}`;

/** The parts of a text, or nothing when it does not parse. */
export const readSource = (text: string): Source | undefined => {
  const syntax = readSyntax(text);
  if (syntax === undefined) return undefined;
  const imports = syntax.statements.filter(({ type }) => type === "ImportDeclaration").map(importOf);
  const tokens = tokenCursor(
    canonical(
      syntax,
      imports.flatMap(({ bindings }) => bindings),
    ),
  );
  const top = headerEnd(syntax, text);
  const headerTokens = tokens(0, top);
  const header = { key: "header", start: headerTokens[0]?.start ?? 0, end: top, code: top, names: [] };
  const units = extents(syntax.statements, syntax.comments, text, top).flatMap((extent) => {
    const own = tokens(extent.start, extent.end);
    return extent.node.type === "ImportDeclaration" ? [] : [unitOf(extent, own, { text, comments: syntax.comments })];
  });
  return {
    text,
    head: imports.at(-1)?.end ?? (top === 0 ? text.length : top),
    header: top === 0 ? undefined : { ...header, tokens: headerTokens },
    imports,
    units: numbered(units),
    identifiers: syntax.identifiers,
    exports: new Map(syntax.statements.flatMap(exportedBy)),
    forwarded: syntax.statements.flatMap(forwardedBy),
  };
};
