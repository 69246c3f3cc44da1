// Takes the constants out of a statement, by PostgreSQL's own parse tree where it parses, and word by word where it does not.
import { isObject } from "../../kernel/json.ts";
import { piecesOf } from "../lexer.ts";
import { byteIndexes } from "../positions.ts";
import type { Fields, ParseSql, Statement } from "../tree.ts";
import { fieldsOf, listOf, only } from "../tree.ts";
import type { Verb } from "./model.ts";

export interface Normalised {
  readonly text: string;
  readonly verb: Verb;
  readonly readable: boolean;
}

const verbs: Readonly<Record<string, Verb>> = {
  SelectStmt: "select",
  InsertStmt: "insert",
  UpdateStmt: "update",
  DeleteStmt: "delete",
  MergeStmt: "merge",
};

/** The verb of a statement: `other` for whatever the planner has no plan for. */
export const verbOf = ({ kind }: Pick<Statement, "kind">): Verb => verbs[kind] ?? "other";

/** Of what the parser refuses only queries are missed: `savepoint $1` has no plan anyway. */
export const isMissed = ({ readable, text }: Pick<Normalised, "readable" | "text">): boolean =>
  !readable && /^[(\s]*(select|insert|update|delete|merge|with|values|table)\b/i.test(text);

/** Comments may hold anything: tags of a tracer, an address. */
export const withoutComments = (sql: string): string =>
  [...piecesOf(sql)]
    .map(({ kind, start, end }) => (kind === "comment" ? " " : sql.slice(start, end)))
    .join("")
    .trim();

/** Spaces of the code in one; strings and quoted names stay as they are. */
const tidy = (sql: string): string =>
  [...piecesOf(sql)]
    .map(({ kind, start, end }) => {
      const piece = sql.slice(start, end);
      return kind === "code" ? piece.replace(/\s+/g, " ") : piece;
    })
    .join("")
    .replace(/[\s;]+$/, "");

const highestParameter = (sql: string): number =>
  [...piecesOf(sql)]
    .filter(({ kind }) => kind === "code")
    .flatMap(({ start, end }) => [...sql.slice(start, end).matchAll(/\$(\d+)/g)].map(([, n]) => Number(n)))
    .reduce((a, b) => Math.max(a, b), 0);

const number = /-?\s*(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d+)?)/uy;

/** Where the literal that begins at `at` ends; undefined when there is none (a keyword that the parser made a constant of). */
const literalEnd = (sql: string, at: number): number | undefined => {
  const prefix = /(?:[uU]&|[eEbBxXnN])?(?=')/y;
  prefix.lastIndex = at;
  const begin = prefix.test(sql) ? prefix.lastIndex : at;
  if (sql[begin] === "'" || sql[begin] === "$") {
    // Pieces need to see the prefix to know whether a backslash escapes.
    const found = [...firstPieces(sql, at)].find(({ kind, start }) => kind === "string" && start >= at);
    return found === undefined ? undefined : continuedEnd(sql, found.end);
  }
  number.lastIndex = at;
  return number.test(sql) ? number.lastIndex : undefined;
};

function* firstPieces(sql: string, at: number) {
  let count = 0;
  for (const piece of piecesOf(sql, at)) {
    yield piece;
    if (++count === 2) return;
  }
}

/** `'a'` and `'b'` on the next line are one constant. */
const continuedEnd = (sql: string, end: number): number => {
  const next = /\s*[\r\n]\s*(?=')/y;
  next.lastIndex = end;
  if (!next.test(sql)) return end;
  const more = [...firstPieces(sql, next.lastIndex)][0];
  return more?.kind === "string" ? continuedEnd(sql, more.end) : end;
};

interface Edit {
  readonly start: number;
  readonly end: number;
  /** A type that stood before its constant, as in `interval '1 day'`. */
  readonly type: string;
}

const locationOf = (fields: Fields): number => (typeof fields["location"] === "number" ? fields["location"] : 0);

/** `true`, `false` and NULL say how a query is built and nothing about anybody: they stay. */
const isKept = (constant: Fields): boolean => "boolval" in constant || constant["isnull"] === true;

/** `ORDER BY 1` and `GROUP BY 1` name a column. */
const ordinals = (fields: Fields): ReadonlySet<unknown> => {
  const sorted = listOf(fields["sortClause"]).map((one) => fieldsOf(only(one, "SortBy")?.["node"])["A_Const"]);
  const grouped = listOf(fields["groupClause"]).map((one) => fieldsOf(one)["A_Const"]);
  return new Set([...sorted, ...grouped].filter((one) => isObject(one) && "ival" in one));
};

/** The constants of a tree, with the place of each. Those of type names (`varchar(10)`) stay. */
const editsIn = (sql: string, tree: Fields): readonly Edit[] => {
  const edits: Edit[] = [];
  const indexOf = byteIndexes(sql);
  const add = (constant: Fields, typeAt?: number): void => {
    if (isKept(constant)) return;
    const at = indexOf(locationOf(constant));
    const end = literalEnd(sql, at);
    if (end === undefined) return;
    const start = typeAt === undefined ? at : indexOf(typeAt);
    edits.push({ start, end, type: sql.slice(start, at).trim() });
  };
  const visit = (value: unknown, kept: ReadonlySet<unknown>): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, kept);
    if (!isObject(value)) return;
    const inner = "sortClause" in value || "groupClause" in value ? new Set([...kept, ...ordinals(value)]) : kept;
    for (const [key, child] of Object.entries(value)) {
      if (key === "typeName" || key === "TypeName") continue;
      if (key === "A_Const" && isObject(child)) {
        if (!kept.has(child)) add(child);
      } else if (key === "TypeCast" && isObject(child)) visitCast(child, inner);
      else visit(child, inner);
    }
  };
  const visitCast = (cast: Fields, kept: ReadonlySet<unknown>): void => {
    const constant = only(cast["arg"], "A_Const");
    const type = fieldsOf(cast["typeName"]);
    const before = constant !== undefined && locationOf(type) < locationOf(constant) && locationOf(cast) < 0;
    if (constant !== undefined && before) add(constant, locationOf(type));
    else visit(cast["arg"], kept);
  };
  visit(tree, new Set());
  return edits.toSorted((a, b) => a.start - b.start);
};

const applied = (sql: string, edits: readonly Edit[]): string => {
  let [text, at, parameter] = ["", 0, highestParameter(sql)];
  for (const { start, end, type } of edits) {
    if (start < at) continue;
    text += `${sql.slice(at, start)}$${++parameter}${type === "" ? "" : `::${type}`}`;
    at = end;
  }
  return text + sql.slice(at);
};

/** Every string and every number, whatever they mean. */
const roughly = (sql: string): string => {
  let parameter = highestParameter(sql);
  const next = (): string => `$${++parameter}`;
  return [...piecesOf(sql)]
    .map(({ kind, start, end }) => {
      const piece = sql.slice(start, end);
      if (kind === "string") return next();
      return kind === "code" ? piece.replace(/(?<![\w$.])\d[\w.]*/g, next).replace(/\b[eEbBxXnN]$/, "") : piece;
    })
    .join("");
};

/** pg_stat_statements leaves `interval $1`, which the server does not take back. */
const mended = (sql: string): string =>
  sql.replace(
    /(?<![\w.":])(interval|date|timestamptz|timestamp|timetz|time|jsonb?|uuid|inet|cidr|numeric|text|bytea)\s+(\$\d+)/gi,
    "$2::$1",
  );

const parsed = (sql: string, parse: ParseSql): Statement | undefined => {
  const result = parse(sql);
  return result.kind === "statements" && result.statements.length === 1 ? result.statements[0] : undefined;
};

/** One statement without its constants. */
export const normalise = (sql: string, parse: ParseSql): Normalised => {
  const bare = withoutComments(sql);
  for (const text of new Set([mended(bare), bare])) {
    const statement = parsed(text, parse);
    if (statement === undefined) continue;
    const verb = verbOf(statement);
    if (verb === "other") return { text: tidy(roughly(text)), verb, readable: true };
    return { text: tidy(applied(text, editsIn(text, statement.fields))), verb, readable: true };
  }
  const verb = Object.values(verbs).find((one) => bare.toLowerCase().startsWith(one)) ?? "other";
  return { text: tidy(roughly(bare)), verb, readable: false };
};
