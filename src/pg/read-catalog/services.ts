// Builds what is rarer from rows: operators, casts, languages, foreign data, publications, text search, event triggers.
import type { Catalog } from "../catalog.ts";
import { byName, byPath, compareText } from "../catalog/object.ts";
import type {
  Cast,
  EventTrigger,
  Language,
  Operator,
  OperatorClass,
  OperatorFamily,
  Transform,
} from "../catalog/routines.ts";
import type {
  Extension,
  Publication,
  TextSearchConfiguration,
  TextSearchParser,
  UserMapping,
} from "../catalog/services.ts";
import type { Context } from "./context.ts";
import { mappedUser } from "./keys.ts";
import type { Row } from "./rows.ts";
import { firings, maybe, name, nameAt, optional, options, rowsIn, text, texts, truth, word } from "./rows.ts";

const extension = (row: Row, context: Context): Extension => ({
  name: text(row, "name"),
  schema: text(row, "schema"),
  version: text(row, "version"),
  ...(truth(row, "fixed") ? { fixed: true as const } : {}),
  ...context.described("pg_extension", row),
});

const operator = (row: Row, context: Context): Operator => ({
  ...context.path(row),
  ...optional("left", maybe(row, "left")),
  right: text(row, "right"),
  ...optional("function", name(row, "function")),
  ...optional("commutator", name(row, "commutator")),
  ...optional("negator", name(row, "negator")),
  ...optional("restrict", name(row, "restrict")),
  ...optional("join", name(row, "join")),
  hashes: truth(row, "hashes"),
  merges: truth(row, "merges"),
  ...context.ownedOnly("pg_operator", row),
  grants: [],
});

const sorted = (row: Row, key: string): readonly string[] => texts(row, key).toSorted(compareText);

const operatorFamily = (row: Row, context: Context): OperatorFamily => ({
  ...context.path(row),
  method: text(row, "method"),
  members: sorted(row, "members"),
  ...context.ownedOnly("pg_opfamily", row),
  grants: [],
});

const operatorClass = (row: Row, context: Context): OperatorClass => ({
  ...context.path(row),
  method: text(row, "method"),
  type: text(row, "type"),
  default: truth(row, "default"),
  family: nameAt(row, "family"),
  ...optional("storage", maybe(row, "storage")),
  members: sorted(row, "members"),
  ...context.ownedOnly("pg_opclass", row),
  grants: [],
});

const castContexts = { e: "explicit", a: "assignment", i: "implicit" } as const;
const castMethods = { f: "function", i: "inout", b: "binary" } as const;

const cast = (row: Row, context: Context): Cast => ({
  source: text(row, "source"),
  target: text(row, "target"),
  context: word(castContexts, row["context"], "explicit"),
  method: word(castMethods, row["method"], "function"),
  ...optional("function", maybe(row, "function")),
  ...context.described("pg_cast", row),
});

const transform = (row: Row, context: Context): Transform => ({
  type: text(row, "type"),
  language: text(row, "language"),
  ...optional("fromSql", maybe(row, "fromSql")),
  ...optional("toSql", maybe(row, "toSql")),
  ...context.described("pg_transform", row),
});

const language = (row: Row, context: Context): Language => ({
  name: text(row, "name"),
  trusted: truth(row, "trusted"),
  handler: nameAt(row, "handler"),
  ...optional("inline", name(row, "inline")),
  ...optional("validator", name(row, "validator")),
  ...context.owned("pg_language", "language", row),
});

const eventTrigger = (row: Row, context: Context): EventTrigger => ({
  name: text(row, "name"),
  event: text(row, "event"),
  tags: sorted(row, "tags"),
  function: nameAt(row, "function"),
  firing: word(firings, row["firing"], "origin"),
  ...context.ownedOnly("pg_event_trigger", row),
});

const published = ["delete", "insert", "truncate", "update"] as const;

const publication = (row: Row, context: Context): Publication => ({
  name: text(row, "name"),
  allTables: truth(row, "allTables"),
  tables: rowsIn(row, "tables")
    .map((table) => ({
      ...context.path(table),
      ...(table["columns"] === null || table["columns"] === undefined ? {} : { columns: texts(table, "columns") }),
      ...optional("where", maybe(table, "where")),
    }))
    .sort(byPath),
  schemas: sorted(row, "schemas"),
  publish: published.filter((operation) => truth(row, operation)),
  viaRoot: truth(row, "viaRoot"),
  generatedColumns: row["generated"] === "s" ? "stored" : "none",
  ...context.ownedOnly("pg_publication", row),
});

const userMapping = (row: Row, { loader }: Context): UserMapping => ({
  server: text(row, "server"),
  user: mappedUser(row, loader),
  options: options(row, "options"),
  secrets: sorted(row, "secrets"),
});

const parser = (row: Row, context: Context): TextSearchParser => ({
  ...context.path(row),
  start: nameAt(row, "start"),
  token: nameAt(row, "token"),
  end: nameAt(row, "end"),
  ...optional("headline", name(row, "headline")),
  lexTypes: nameAt(row, "lexTypes"),
  ...context.described("pg_ts_parser", row),
});

const configuration = (row: Row, context: Context): TextSearchConfiguration => ({
  ...context.path(row),
  parser: nameAt(row, "parser"),
  mappings: [...Map.groupBy(rowsIn(row, "mappings"), (mapping) => text(mapping, "token"))]
    .map(([token, rows]) => ({ token, dictionaries: rows.map((mapping) => nameAt(mapping, "dictionary")) }))
    .sort((a, b) => compareText(a.token, b.token)),
  ...context.ownedOnly("pg_ts_config", row),
});

export type Services = Pick<
  Catalog,
  | "extensions"
  | "operators"
  | "operatorFamilies"
  | "operatorClasses"
  | "casts"
  | "transforms"
  | "conversions"
  | "languages"
  | "accessMethods"
  | "eventTriggers"
  | "publications"
  | "foreignDataWrappers"
  | "servers"
  | "userMappings"
  | "textSearchParsers"
  | "textSearchTemplates"
  | "textSearchDictionaries"
  | "textSearchConfigurations"
>;

export const servicesOf = (context: Context): Services => {
  const all = <T>(section: string, build: (row: Row, context: Context) => T): readonly T[] =>
    context.rows.of(section).map((row) => build(row, context));
  const types = ({ left = "", right }: Operator): string => `${left} ${right}`;
  const pair = (one: object): string => Object.values(one).join("\0");
  return {
    extensions: all("extensions", extension).toSorted(byName),
    operators: all("operators", operator).toSorted((a, b) => byPath(a, b) || compareText(types(a), types(b))),
    operatorFamilies: all("operatorFamilies", operatorFamily).toSorted(
      (a, b) => byPath(a, b) || compareText(a.method, b.method),
    ),
    operatorClasses: all("operatorClasses", operatorClass).toSorted(
      (a, b) => byPath(a, b) || compareText(a.method, b.method),
    ),
    casts: all("casts", cast).toSorted((a, b) => compareText(pair(a), pair(b))),
    transforms: all("transforms", transform).toSorted((a, b) => compareText(pair(a), pair(b))),
    conversions: all("conversions", (row) => ({
      ...context.path(row),
      from: text(row, "from"),
      to: text(row, "to"),
      function: nameAt(row, "function"),
      default: truth(row, "default"),
      ...context.ownedOnly("pg_conversion", row),
      grants: [],
    })).toSorted(byPath),
    languages: all("languages", language).toSorted(byName),
    accessMethods: all("accessMethods", (row) => ({
      name: text(row, "name"),
      kind: row["kind"] === "t" ? ("table" as const) : ("index" as const),
      handler: nameAt(row, "handler"),
      ...context.described("pg_am", row),
    })).toSorted(byName),
    eventTriggers: all("eventTriggers", eventTrigger).toSorted(byName),
    publications: all("publications", publication).toSorted(byName),
    foreignDataWrappers: all("foreignDataWrappers", (row) => ({
      name: text(row, "name"),
      ...optional("handler", name(row, "handler")),
      ...optional("validator", name(row, "validator")),
      options: options(row, "options"),
      secrets: sorted(row, "secrets"),
      ...context.owned("pg_foreign_data_wrapper", "service", row),
    })).toSorted(byName),
    servers: all("servers", (row) => ({
      name: text(row, "name"),
      wrapper: text(row, "wrapper"),
      ...optional("type", maybe(row, "type")),
      ...optional("version", maybe(row, "version")),
      options: options(row, "options"),
      secrets: sorted(row, "secrets"),
      ...context.owned("pg_foreign_server", "service", row),
    })).toSorted(byName),
    userMappings: all("userMappings", userMapping).toSorted(
      (a, b) => compareText(a.server, b.server) || compareText(a.user, b.user),
    ),
    textSearchParsers: all("textSearchParsers", parser).toSorted(byPath),
    textSearchTemplates: all("textSearchTemplates", (row) => ({
      ...context.path(row),
      ...optional("init", name(row, "init")),
      lexize: nameAt(row, "lexize"),
      ...context.described("pg_ts_template", row),
    })).toSorted(byPath),
    textSearchDictionaries: all("textSearchDictionaries", (row) => ({
      ...context.path(row),
      template: nameAt(row, "template"),
      ...optional("options", maybe(row, "options")),
      ...context.ownedOnly("pg_ts_dict", row),
    })).toSorted(byPath),
    textSearchConfigurations: all("textSearchConfigurations", configuration).toSorted(byPath),
  };
};
