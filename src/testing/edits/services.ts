// Edits of what few schemas have: publications, event triggers, foreign data, text search, casts, operators, collations, statistics.
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit } from "./hand.ts";
import { list, onTable, plain, someColumns, text, together } from "./hand.ts";

const publicationEdits: readonly Edit[] = [
  (hand) => {
    const table = hand.pick(plain(hand).filter(({ persistence }) => persistence === "permanent"));
    if (table === undefined) return undefined;
    const columns = list(someColumns(hand, table, 3));
    const path = quotePath(table);
    return `create publication ${hand.fresh("pub")} ${hand.pick([`for table ${path}`, `for table ${path} (${columns})`, `for table ${path} where (true)`, `for tables in schema ${quoteName(table.schema)}`, "for all tables", ""]) ?? ""}${hand.pick(["", " with (publish = 'insert, update')", " with (publish_via_partition_root = true)"]) ?? ""}`;
  },
  (hand) => {
    const one = hand.pick(hand.catalog.publications);
    const table = hand.pick(plain(hand));
    if (one === undefined || table === undefined) return undefined;
    return `alter publication ${quoteName(one.name)} ${
      hand.pick([
        `add table ${quotePath(table)}`,
        `set table ${quotePath(table)}`,
        `drop table ${quotePath(one.tables[0] ?? table)}`,
        `set (publish = 'delete')`,
        `rename to ${hand.fresh("pub")}`,
        `add tables in schema ${quoteName(table.schema)}`,
        "owner to boss",
      ]) ?? ""
    }`;
  },
  (hand) => {
    const one = hand.pick(hand.catalog.publications);
    return one === undefined ? undefined : `drop publication ${quoteName(one.name)}`;
  },
];

const eventTriggerEdits: readonly Edit[] = [
  (hand) => {
    const name = hand.fresh("ef");
    const event = hand.pick([
      "ddl_command_end",
      "sql_drop when tag in ('DROP TABLE', 'DROP VIEW')",
      "ddl_command_start",
      "table_rewrite",
    ]);
    return together(
      `create function ${name}() returns event_trigger language plpgsql as $e$ begin null; end $e$`,
      `create event trigger ${hand.fresh("et")} on ${event ?? ""} execute function ${name}()`,
    );
  },
  (hand) => {
    const one = hand.pick(hand.catalog.eventTriggers);
    if (one === undefined) return undefined;
    const form = hand.pick(["disable", "enable always", "enable", `rename to ${hand.fresh("et")}`, "drop"]);
    return form === "drop"
      ? `drop event trigger ${quoteName(one.name)}`
      : `alter event trigger ${quoteName(one.name)} ${form ?? ""}`;
  },
];

const foreignEdits: readonly Edit[] = [
  (hand) =>
    `create foreign data wrapper ${hand.fresh("w")} ${hand.pick(["", "options (debug 'true', \"odd name\" 'it''s')"]) ?? ""}`,
  (hand) => {
    const one = hand.pick(hand.catalog.foreignDataWrappers);
    if (one === undefined) return undefined;
    const wrapper = quoteName(one.name);
    return hand.pick([
      `create server ${hand.fresh("srv")} foreign data wrapper ${wrapper}`,
      `create server ${hand.fresh("srv")} type 'old' version '9' foreign data wrapper ${wrapper} options (host 'h', port '1')`,
      `alter foreign data wrapper ${wrapper} options (add later 'x')`,
      `drop foreign data wrapper ${wrapper} cascade`,
      `alter foreign data wrapper ${wrapper} rename to ${hand.fresh("w")}`,
      `grant usage on foreign data wrapper ${wrapper} to reader`,
      `comment on foreign data wrapper ${wrapper} is 'far'`,
    ]);
  },
  (hand) => {
    const one = hand.pick(hand.catalog.servers);
    if (one === undefined) return undefined;
    const server = quoteName(one.name);
    return hand.pick([
      `create foreign table ${hand.fresh("ft")} (id int options (n 'x') not null, v text default 'd', k date) server ${server} options (path '/x')`,
      `create foreign table ${hand.fresh("ft")} (id int, check (id > 0)) server ${server}`,
      `create user mapping for ${hand.pick(["reader", "public", "boss"]) ?? ""} server ${server} options (role 'r')`,
      `alter server ${server} options (${one.options.length === 0 ? "add host 'x'" : `set ${quoteName(one.options[0]?.name ?? "")} 'other'`})`,
      `alter server ${server} version '12'`,
      `grant usage on foreign server ${server} to reader`,
      `drop server ${server} cascade`,
      `alter server ${server} rename to ${hand.fresh("srv")}`,
    ]);
  },
  (hand) => {
    const table = hand.pick(hand.catalog.tables.filter(({ kind }) => kind === "foreign"));
    if (table === undefined) return undefined;
    const [path, column] = [quotePath(table), quoteName(hand.pick(table.columns)?.name ?? "")];
    return hand.pick([
      `alter foreign table ${path} options (add more 'y')`,
      `alter foreign table ${path} alter column ${column} options (add c 'd')`,
      `alter foreign table ${path} add column ${hand.fresh("fc")} int`,
      `alter foreign table ${path} drop column ${column} cascade`,
      `alter foreign table ${path} alter column ${column} type text`,
      `alter foreign table ${path} alter column ${column} set not null`,
      `alter foreign table ${path} rename to ${hand.fresh("ft")}`,
      `create view ${hand.fresh("v")} as select ${column} from ${path}`,
      `drop foreign table ${path} cascade`,
      `grant select (${column}) on ${path} to reader`,
    ]);
  },
  (hand) => {
    const one = hand.pick(hand.catalog.userMappings);
    if (one === undefined) return undefined;
    const subject = `user mapping for ${one.user === "public" ? "public" : quoteName(one.user)} server ${quoteName(one.server)}`;
    return hand.pick([`drop ${subject}`, `alter ${subject} options (add extra 'z')`]);
  },
];

const searchEdits: readonly Edit[] = [
  (hand) =>
    `create text search dictionary ${hand.fresh("td")} (template = ${hand.pick(["simple, accept = false", "snowball, language = 'english', stopwords = 'english'", "simple"]) ?? ""})`,
  (hand) =>
    `create text search configuration ${hand.fresh("tc")} (${hand.pick(["copy = simple", "parser = default", "copy = english"]) ?? ""})`,
  (hand) => {
    const one = hand.pick(hand.catalog.textSearchConfigurations);
    if (one === undefined) return undefined;
    const own = hand.pick(hand.catalog.textSearchDictionaries);
    const dictionary = own === undefined ? "simple" : quotePath(own);
    const path = quotePath(one);
    return hand.pick([
      `alter text search configuration ${path} add mapping for asciiword, email with ${dictionary}`,
      `alter text search configuration ${path} alter mapping for asciiword with ${dictionary}, simple`,
      `alter text search configuration ${path} drop mapping if exists for email, url`,
      `alter text search configuration ${path} rename to ${hand.fresh("tc")}`,
      `drop text search configuration ${path} cascade`,
    ]);
  },
  (hand) => {
    const one = hand.pick(hand.catalog.textSearchDictionaries);
    if (one === undefined) return undefined;
    const path = quotePath(one);
    return hand.pick([
      `alter text search dictionary ${path} (accept = true)`,
      `alter text search dictionary ${path} rename to ${hand.fresh("td")}`,
      `drop text search dictionary ${path} cascade`,
    ]);
  },
  onTable((hand, table) => {
    const one = hand.pick(hand.catalog.textSearchConfigurations);
    const column = table.columns.find(({ type }) => type.text === "text");
    return one === undefined || column === undefined
      ? undefined
      : `create index ${hand.fresh("ti")} on ${quotePath(table)} using gin (to_tsvector(${text(quotePath(one))}::regconfig, ${quoteName(column.name)}))`;
  }),
];

const castEdits: readonly Edit[] = [
  (hand) => {
    const { enums, composites, domains } = hand.catalog;
    const own = hand.pick([...enums, ...composites, ...domains]);
    if (own === undefined) return undefined;
    const name = hand.fresh("tocast");
    const plainCast = `create cast (${quotePath(own)} as integer) with inout as assignment`;
    return hand.pick([
      plainCast,
      together(
        `create function ${name}(${quotePath(own)}) returns bigint language sql immutable as 'select 1::bigint'`,
        `create cast (${quotePath(own)} as bigint) with function ${name}(${quotePath(own)}) as assignment`,
      ),
    ]);
  },
  (hand) => {
    const one = hand.pick(hand.catalog.casts);
    if (one === undefined) return undefined;
    const cast = `cast (${one.source} as ${one.target})`;
    return hand.pick([`drop ${cast} cascade`, `comment on ${cast} is 'how'`]);
  },
  (hand) => {
    const own = hand.pick(hand.catalog.enums);
    if (own === undefined) return undefined;
    const [name, type] = [hand.fresh("same"), quotePath(own)];
    const sign = hand.pick(["===", "<~>", "@@@"]) ?? "===";
    return together(
      `create function ${name}(${type}, ${type}) returns boolean language sql immutable as 'select true'`,
      `create operator public.${sign} (leftarg = ${type}, rightarg = ${type}, function = ${name}${hand.chance(0.5) ? `, commutator = operator(public.${sign})` : ""})`,
    );
  },
  (hand) => {
    const one = hand.pick(hand.catalog.operators);
    if (one?.left === undefined) return undefined;
    const operator = `${quoteName(one.schema)}.${one.name} (${one.left}, ${one.right})`;
    const table = hand.pick(plain(hand));
    const column = table?.columns.find(({ type }) => type.text === one.left);
    return hand.pick([
      `drop operator ${operator} cascade`,
      `comment on operator ${operator} is 'alike'`,
      `alter operator ${operator} owner to boss`,
      table === undefined || column === undefined
        ? undefined
        : `create view ${hand.fresh("ov")} as select ${quoteName(column.name)} operator(${quoteName(one.schema)}.${one.name}) ${quoteName(column.name)} as same from ${quotePath(table)}`,
    ]);
  },
  (hand) => {
    const name = hand.fresh("fam");
    return hand.pick([
      `create operator family ${name} using btree`,
      `create operator class ${name} for type text using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 bttextcmp(text, text)`,
    ]);
  },
  onTable((hand, table) => {
    const one = hand.pick(hand.catalog.operatorClasses);
    const column = table.columns.find(({ type }) => type.text === "text");
    return one === undefined || column === undefined
      ? undefined
      : hand.pick([
          `create index ${hand.fresh("oi")} on ${quotePath(table)} (${quoteName(column.name)} ${quotePath(one)})`,
          `drop operator class ${quotePath(one)} using ${one.method} cascade`,
          `alter operator class ${quotePath(one)} using ${one.method} rename to ${hand.fresh("oc")}`,
        ]);
  }),
];

const collationEdits: readonly Edit[] = [
  (hand) =>
    `create collation ${hand.fresh("col")} (${hand.pick(["provider = builtin, locale = 'C.UTF-8'", "locale = 'C'", "provider = icu, locale = 'de', deterministic = false"]) ?? ""})`,
  onTable((hand, table) => {
    const one = hand.pick(hand.catalog.collations);
    const column = table.columns.find(({ type }) => type.text === "text");
    if (one === undefined) return undefined;
    const path = quotePath(one);
    return hand.pick([
      `alter collation ${path} rename to ${hand.fresh("col")}`,
      `drop collation ${path} cascade`,
      `alter table ${quotePath(table)} add column ${hand.fresh("cc")} text collate ${path}`,
      `create domain ${hand.fresh("cd")} as text collate ${path}`,
      ...(column === undefined
        ? []
        : [
            `alter table ${quotePath(table)} alter column ${quoteName(column.name)} type text collate ${path}`,
            `create index ${hand.fresh("ci")} on ${quotePath(table)} (${quoteName(column.name)} collate ${path})`,
            `create view ${hand.fresh("cv")} as select ${quoteName(column.name)} collate ${path} as c from ${quotePath(table)}`,
          ]),
    ]);
  }),
];

const statisticsEdits: readonly Edit[] = [
  onTable((hand, table) => {
    const columns = list(table.columns.slice(0, 2 + hand.below(2)).map(({ name }) => name));
    const first = quoteName(table.columns[0]?.name ?? "");
    return hand.pick([
      `create statistics ${hand.fresh("st")} (${hand.pick(["dependencies", "ndistinct, mcv"]) ?? ""}) on ${columns} from ${quotePath(table)}`,
      `create statistics ${hand.fresh("st")} on (${first}::varchar::text || 'x') from ${quotePath(table)}`,
    ]);
  }),
  (hand) => {
    const one = hand.pick(hand.catalog.statistics);
    if (one === undefined) return undefined;
    const path = quotePath(one);
    return hand.pick([
      `alter statistics ${path} set statistics 400`,
      `alter statistics ${path} rename to ${hand.fresh("st")}`,
      `drop statistics ${path}`,
      `comment on statistics ${path} is 'together'`,
      `alter statistics ${path} owner to boss`,
    ]);
  },
];

/** Each kind as likely as the other. */
export const serviceEdits: readonly Edit[] = [
  publicationEdits,
  eventTriggerEdits,
  foreignEdits,
  searchEdits,
  castEdits,
  collationEdits,
  statisticsEdits,
].map(
  (edits): Edit =>
    (hand) =>
      hand.pick(edits)?.(hand),
);
