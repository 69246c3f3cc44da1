// The tokens and names of a TypeScript text, each with its place; formatting leaves no trace in them.
import { parse } from "@babel/parser";

/** A node of the syntax tree, as the parser makes it. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A token of code, or a word of a comment. */
export interface Token {
  /** Equal for equal meaning: quotes are normalised, imported names stand for what they import. */
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly isComment: boolean;
}

/** An identifier that stands for a variable or type, or declares one; names of members are no identifiers here. */
export interface Identifier {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** `{ name }` in an object: renaming it means `{ name: other }`. */
  readonly shorthand: boolean;
  /** The member asked of it: `types.Book` and `books.list`. */
  readonly member?: string;
}

export interface Syntax {
  readonly statements: readonly Node[];
  readonly tokens: readonly Token[];
  readonly identifiers: readonly Identifier[];
  /** Where comments are, in order. */
  readonly comments: readonly { readonly start: number; readonly end: number }[];
}

interface RawToken {
  readonly type: string | { readonly label: string };
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value && typeof value.type === "string";

const noChildren = new Set(["loc", "tokens", "comments", "leadingComments", "trailingComments", "innerComments"]);

export const childNodes = (node: Node): readonly (readonly [field: string, child: Node])[] =>
  Object.entries(node).flatMap(([field, value]) => {
    if (noChildren.has(field)) return [];
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.filter(isNode).map((child) => [field, child] as const);
  });

/** Fields whose identifier is the name of a member, not a variable. */
const memberFields: Readonly<Record<string, readonly string[]>> = {
  MemberExpression: ["property"],
  OptionalMemberExpression: ["property"],
  ObjectProperty: ["key"],
  ObjectMethod: ["key"],
  ClassMethod: ["key"],
  ClassProperty: ["key"],
  TSPropertySignature: ["key"],
  TSMethodSignature: ["key"],
  TSQualifiedName: ["right"],
  TSEnumMember: ["id"],
  TSNamedTupleMember: ["label"],
  ImportSpecifier: ["imported"],
  ExportSpecifier: ["exported"],
  MetaProperty: ["meta", "property"],
  LabeledStatement: ["label"],
  BreakStatement: ["label"],
  ContinueStatement: ["label"],
};

const isMember = (parent: Node, field: string): boolean =>
  parent["computed"] !== true && (memberFields[parent.type] ?? []).includes(field);

const textOf = (value: unknown): string | undefined =>
  isNode(value) && typeof value["name"] === "string" ? value["name"] : undefined;

/** `types.Book`: what is asked of the identifier on the left. */
const memberAsked = (parent: Node, field: string): string | undefined => {
  if (parent.type === "TSQualifiedName" && field === "left") return textOf(parent["right"]);
  const isAccess = parent.type === "MemberExpression" || parent.type === "OptionalMemberExpression";
  return isAccess && field === "object" && parent["computed"] !== true ? textOf(parent["property"]) : undefined;
};

interface Walk {
  readonly identifiers: Identifier[];
  /** Starts of tokens that come and go with formatting. */
  readonly optional: Set<number>;
  /** Starts of names of properties, which may be written with or without quotes. */
  readonly keys: Set<number>;
}

const noteIdentifier = (node: Node, parent: Node, field: string, walk: Walk): void => {
  const name = textOf(node);
  if (name === undefined || isMember(parent, field)) return;
  const member = memberAsked(parent, field);
  const shorthand = parent.type === "ObjectProperty" && parent["shorthand"] === true;
  // A type annotation lies inside the identifier's own range.
  const end = node.start + name.length;
  walk.identifiers.push({ name, start: node.start, end, shorthand, ...(member === undefined ? {} : { member }) });
};

/** Parentheses around the one plain parameter of an arrow function, and the first `|` of a union. */
const noteOptional = (node: Node, text: string, walk: Walk): void => {
  if (node.type === "TSUnionType" && text[node.start] === "|") walk.optional.add(node.start);
  if (node.type !== "ArrowFunctionExpression" || !Array.isArray(node["params"])) return;
  const [only, ...more] = node["params"].filter(isNode);
  if (only?.type !== "Identifier" || more.length > 0 || isNode(only["typeAnnotation"]) || isNode(node["returnType"])) {
    return;
  }
  const open = text.lastIndexOf("(", only.start);
  const close = text.indexOf(")", only.end);
  if (open >= node.start && close >= 0 && text.slice(open + 1, only.start).trim() === "") {
    walk.optional.add(open).add(close);
  }
};

const walkTree = (root: Node, text: string): Walk => {
  const walk: Walk = { identifiers: [], optional: new Set(), keys: new Set() };
  const stack: (readonly [Node, Node, string])[] = [[root, root, ""]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [node, parent, field] = next;
    if (node.type === "Identifier") noteIdentifier(node, parent, field, walk);
    if (field === "key" && isMember(parent, field)) walk.keys.add(node.start);
    noteOptional(node, text, walk);
    // A shorthand property holds its identifier twice.
    const children = childNodes(node).filter(([name]) => !(node["shorthand"] === true && name === "key"));
    for (const [name, child] of children) stack.push([child, node, name]);
  }
  walk.identifiers.sort((a, b) => a.start - b.start);
  return walk;
};

const labelOf = ({ type }: RawToken): string => (typeof type === "string" ? type : type.label);

const isCommentToken = (token: RawToken): boolean => labelOf(token).startsWith("Comment");

const words = (token: RawToken, text: string): readonly Token[] =>
  [...text.slice(token.start, token.end).matchAll(/\S+/g)].map((match) => {
    const start = token.start + match.index;
    return { key: `#${match[0]}`, start, end: start + match[0].length, isComment: true };
  });

const keyOf = (token: RawToken, text: string, { keys }: Walk): string => {
  if (labelOf(token) !== "string") return text.slice(token.start, token.end);
  const value = String(token.value);
  return keys.has(token.start) && /^[A-Za-z_$][\w$]*$/.test(value) ? value : JSON.stringify(value);
};

const closers = new Set([")", "]", "}", ">"]);

/** Semicolons and trailing commas are formatting. */
const isFormatting = (token: RawToken, next: RawToken | undefined, text: string, { optional }: Walk): boolean => {
  const own = text.slice(token.start, token.end);
  if (own === ";" || optional.has(token.start)) return true;
  return own === "," && next !== undefined && closers.has(text.slice(next.start, next.end));
};

const tokensOf = (raw: readonly RawToken[], text: string, walk: Walk): readonly Token[] => {
  const code = raw.filter((token) => !isCommentToken(token));
  const following = new Map(code.map((token, index) => [token, code[index + 1]]));
  return raw.flatMap((token) => {
    if (isCommentToken(token)) return words(token, text);
    if (labelOf(token) === "eof" || isFormatting(token, following.get(token), text, walk)) return [];
    return [{ key: keyOf(token, text, walk), start: token.start, end: token.end, isComment: false }];
  });
};

/** Reads a text, or says nothing when it does not parse. */
export const readSyntax = (text: string): Syntax | undefined => {
  try {
    const file = parse(text, { sourceType: "module", plugins: ["typescript", "decorators"], tokens: true });
    const raw = (file.tokens ?? []) as unknown as readonly RawToken[];
    const program = file.program as unknown as Node;
    const walk = walkTree(program, text);
    const statements = Array.isArray(program["body"]) ? program["body"].filter(isNode) : [];
    const comments = raw.filter(isCommentToken).map(({ start, end }) => ({ start, end }));
    return { statements, tokens: tokensOf(raw, text, walk), identifiers: walk.identifiers, comments };
  } catch {
    return undefined;
  }
};
