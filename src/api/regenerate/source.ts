// The parts of a TypeScript file: its imports, its exports, and its statements as units that can be told apart by name.
import type { Identifier, Node, Syntax, Token } from "./syntax.ts";
import { isNode, readSyntax } from "./syntax.ts";

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

export interface Binding {
  readonly module: string;
  /** The name that the module exports: `*` for all of it, `default`, or "" when only its effects are wanted. */
  readonly imported: string;
  readonly local: string;
  readonly isType: boolean;
  readonly start: number;
  readonly end: number;
}

export interface Import {
  readonly module: string;
  /** The module's name with its quotes. */
  readonly moduleStart: number;
  readonly moduleEnd: number;
  readonly isType: boolean;
  readonly start: number;
  readonly end: number;
  readonly bindings: readonly Binding[];
}

export type NameKind = "value" | "type";

export interface Forwarded {
  readonly module: string;
  /** Imported name to exported name; `*` to `*` for all of them. */
  readonly names: readonly (readonly [imported: string, exported: string])[];
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

const nodeAt = (node: Node, field: string): Node | undefined => {
  const value = node[field];
  return isNode(value) ? value : undefined;
};

const nodesAt = (node: Node, field: string): readonly Node[] => {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
};

/** The text of an identifier, or of the string that stands for one. */
const nameOf = (node: Node | undefined): string => {
  const name = node?.["name"] ?? node?.["value"];
  return typeof name === "string" ? name : "";
};

const moduleOf = (node: Node): string => nameOf(nodeAt(node, "source"));

const declared = (node: Node): readonly string[] =>
  node.type === "VariableDeclaration"
    ? nodesAt(node, "declarations").map((one) => nameOf(nodeAt(one, "id")))
    : [nameOf(nodeAt(node, "id"))].filter((name) => name !== "");

const isTypeDeclaration = ({ type }: Node): boolean =>
  type === "TSInterfaceDeclaration" || type === "TSTypeAliasDeclaration";

const declarationIn = (statement: Node): Node => nodeAt(statement, "declaration") ?? statement;

/** A statement without a name goes by how it begins: up to its first text, or its first words. */
const beginning = (tokens: readonly Token[]): string => {
  const code = tokens.filter(({ isComment }) => !isComment).map(({ key }) => key);
  const text = code.findIndex((key) => /^["'`]/.test(key));
  return code.slice(0, text >= 0 && text < 12 ? text + 1 : 8).join(" ");
};

const specifiersText = (statement: Node): string =>
  nodesAt(statement, "specifiers")
    .map((one) => nameOf(nodeAt(one, "exported")))
    .sort()
    .join(",");

const keyOf = (statement: Node, names: readonly string[], tokens: readonly Token[]): string => {
  if (statement.type === "ExportAllDeclaration") return `all from ${moduleOf(statement)}`;
  if (statement.type === "ExportNamedDeclaration" && nodeAt(statement, "declaration") === undefined) {
    const from = moduleOf(statement);
    return from === "" ? `list ${specifiersText(statement)}` : `from ${from}`;
  }
  if (statement.type === "ExportDefaultDeclaration") return "default";
  if (names.length === 0) return `statement ${beginning(tokens)}`;
  return `${isTypeDeclaration(declarationIn(statement)) ? "type" : "value"} ${names.join(",")}`;
};

/** Where the value of a single constant begins. */
const initializerOf = (statement: Node): number | undefined => {
  const [only, ...more] = nodesAt(declarationIn(statement), "declarations");
  const value = only === undefined || more.length > 0 ? undefined : nodeAt(only, "init");
  return value?.start;
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

const bindingOf = (specifier: Node, module: string, isTypeImport: boolean): Binding => {
  const isAll = specifier.type === "ImportNamespaceSpecifier";
  const imported = isAll
    ? "*"
    : specifier.type === "ImportDefaultSpecifier"
      ? "default"
      : nameOf(nodeAt(specifier, "imported"));
  return {
    module,
    imported,
    local: nameOf(nodeAt(specifier, "local")),
    isType: isTypeImport || specifier["importKind"] === "type",
    start: specifier.start,
    end: specifier.end,
  };
};

const importOf = (node: Node): Import => {
  const module = moduleOf(node);
  const source = nodeAt(node, "source") ?? node;
  const isType = node["importKind"] === "type";
  const bindings = nodesAt(node, "specifiers").map((one) => bindingOf(one, module, isType));
  const { start, end } = node;
  return { module, moduleStart: source.start, moduleEnd: source.end, isType, start, end, bindings };
};

const forwardedBy = (statement: Node): readonly Forwarded[] => {
  const module = moduleOf(statement);
  if (module === "" || !statement.type.startsWith("Export")) return [];
  if (statement.type === "ExportAllDeclaration") return [{ module, names: [["*", "*"]] }];
  const names = nodesAt(statement, "specifiers").map((one) =>
    one.type === "ExportNamespaceSpecifier"
      ? (["*", nameOf(nodeAt(one, "exported"))] as const)
      : ([nameOf(nodeAt(one, "local")), nameOf(nodeAt(one, "exported"))] as const),
  );
  return [{ module, names }];
};

const exportedBy = (statement: Node): readonly (readonly [string, NameKind])[] => {
  if (statement.type === "ExportDefaultDeclaration") return [["default", "value"]];
  if (statement.type !== "ExportNamedDeclaration") return [];
  const declaration = nodeAt(statement, "declaration");
  const isType = statement["exportKind"] === "type" || (declaration !== undefined && isTypeDeclaration(declaration));
  const names =
    declaration === undefined
      ? nodesAt(statement, "specifiers").map((one) => nameOf(nodeAt(one, "exported")))
      : declared(declaration);
  return names.map((name) => [name, isType ? "type" : "value"] as const);
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

/** The block of the one function that a statement declares. */
const functionBlock = (statement: Node): Node | undefined => {
  const declaration = declarationIn(statement);
  const [only, ...more] = nodesAt(declaration, "declarations");
  const made = only === undefined ? declaration : more.length === 0 ? nodeAt(only, "init") : undefined;
  const body = made === undefined || !/Function/.test(made.type) ? undefined : nodeAt(made, "body");
  return body?.type === "BlockStatement" ? body : undefined;
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
