// SQL of schemas, extensions, foreign data, publications and text search.
import type { ObjectName } from "../../catalog/object.ts";
import { quoteName, quotePath } from "../../quote.ts";
import type { Objects } from "../part.ts";
import { foreignOptionChanges, foreignOptions, names, role, sameJson } from "./text.ts";
import type { Piece, Writer } from "./writer.ts";
import { alwaysRebuild, rebuild } from "./writer.ts";

export const schemaWriter: Writer<"schema"> = {
  create: ({ name }) => [`CREATE SCHEMA ${quoteName(name)}`],
  drop: ({ name }) => [`DROP SCHEMA ${quoteName(name)}`],
  alter: () => [],
};

export const extensionWriter: Writer<"extension"> = {
  create: ({ name, schema }) => [`CREATE EXTENSION IF NOT EXISTS ${quoteName(name)} WITH SCHEMA ${quoteName(schema)}`],
  drop: ({ name }) => [`DROP EXTENSION ${quoteName(name)}`],
  alter: (from, to) =>
    from.schema === to.schema ? [] : [`ALTER EXTENSION ${quoteName(to.name)} SET SCHEMA ${quoteName(to.schema)}`],
};

type Wrapper = Objects["foreign-data wrapper"];

const wrapperFunctions = ({ handler, validator }: Wrapper): string =>
  `${handler === undefined ? "" : ` HANDLER ${quotePath(handler)}`}${validator === undefined ? "" : ` VALIDATOR ${quotePath(validator)}`}`;

const options = (head: string, from: Wrapper["options"], to: Wrapper["options"]): readonly Piece[] => {
  const changes = foreignOptionChanges(from, to);
  return changes === undefined ? [] : [`${head} ${changes}`];
};

export const wrapperWriter: Writer<"foreign-data wrapper"> = {
  create: (one) => [
    `CREATE FOREIGN DATA WRAPPER ${quoteName(one.name)}${wrapperFunctions(one)}${foreignOptions(one.options)}`,
  ],
  drop: (one) => [`DROP FOREIGN DATA WRAPPER ${quoteName(one.name)}`],
  alter: (from, to) => {
    const head = `ALTER FOREIGN DATA WRAPPER ${quoteName(to.name)}`;
    const handler = to.handler === undefined ? " NO HANDLER" : ` HANDLER ${quotePath(to.handler)}`;
    const validator = to.validator === undefined ? " NO VALIDATOR" : ` VALIDATOR ${quotePath(to.validator)}`;
    return [
      ...(sameJson([from.handler, from.validator], [to.handler, to.validator])
        ? []
        : [`${head}${handler}${validator}`]),
      ...options(head, from.options, to.options),
    ];
  },
};

export const serverWriter: Writer<"server"> = {
  create: (one) => [
    [
      `CREATE SERVER ${quoteName(one.name)}`,
      one.type === undefined ? "" : ` TYPE '${one.type.replaceAll("'", "''")}'`,
      one.version === undefined ? "" : ` VERSION '${one.version.replaceAll("'", "''")}'`,
      ` FOREIGN DATA WRAPPER ${quoteName(one.wrapper)}${foreignOptions(one.options)}`,
    ].join(""),
  ],
  drop: (one) => [`DROP SERVER ${quoteName(one.name)}`],
  alter: (from, to) => {
    if (from.wrapper !== to.wrapper || from.type !== to.type) return rebuild;
    const head = `ALTER SERVER ${quoteName(to.name)}`;
    const version = to.version === undefined ? "NULL" : `'${to.version.replaceAll("'", "''")}'`;
    return [
      ...(from.version === to.version ? [] : [`${head} VERSION ${version}`]),
      ...options(head, from.options, to.options),
    ];
  },
};

type UserMapping = Objects["user mapping"];

const mapping = ({ user, server }: UserMapping): string => `USER MAPPING FOR ${role(user)} SERVER ${quoteName(server)}`;

export const userMappingWriter: Writer<"user mapping"> = {
  create: (one) => [`CREATE ${mapping(one)}${foreignOptions(one.options)}`],
  drop: (one) => [`DROP ${mapping(one)}`],
  alter: (from, to) => options(`ALTER ${mapping(to)}`, from.options, to.options),
};

type Publication = Objects["publication"];
type Published = Publication["tables"][number];

const published = ({ schema, name, columns, where }: Published): string =>
  `TABLE ${quotePath({ schema, name })}${columns === undefined ? "" : ` (${names(columns)})`}${where === undefined ? "" : ` WHERE (${where})`}`;

const contents = ({ tables, schemas }: Publication): string =>
  [...tables.map(published), ...schemas.map((schema) => `TABLES IN SCHEMA ${quoteName(schema)}`)].join(", ");

const parameters = ({ publish, viaRoot, generatedColumns }: Publication): string =>
  [
    `publish = '${publish.join(", ")}'`,
    ...(viaRoot ? ["publish_via_partition_root = true"] : []),
    ...(generatedColumns === "none" ? [] : [`publish_generated_columns = ${generatedColumns}`]),
  ].join(", ");

const isEmpty = ({ tables, schemas }: Publication): boolean => tables.length === 0 && schemas.length === 0;

export const publicationWriter: Writer<"publication"> = {
  create: (one) => {
    const what = one.allTables ? " FOR ALL TABLES" : isEmpty(one) ? "" : ` FOR ${contents(one)}`;
    return [`CREATE PUBLICATION ${quoteName(one.name)}${what} WITH (${parameters(one)})`];
  },
  drop: (one) => [`DROP PUBLICATION ${quoteName(one.name)}`],
  alter: (from, to) => {
    if (from.allTables !== to.allTables || from.viaRoot !== to.viaRoot) return rebuild;
    const head = `ALTER PUBLICATION ${quoteName(to.name)}`;
    const same = sameJson([from.tables, from.schemas], [to.tables, to.schemas]);
    if (!same && isEmpty(to)) return rebuild;
    return [
      ...(same ? [] : [`${head} SET ${contents(to)}`]),
      ...(parameters(from) === parameters(to) ? [] : [`${head} SET (${parameters(to)})`]),
    ];
  },
};

type Parser = Objects["text search parser"];

const part = (word: string, name: ObjectName | undefined): readonly string[] =>
  name === undefined ? [] : [`${word} = ${quotePath(name)}`];

export const parserWriter: Writer<"text search parser"> = {
  create: (one: Parser) => {
    const parts = [
      ...part("START", one.start),
      ...part("GETTOKEN", one.token),
      ...part("END", one.end),
      ...part("LEXTYPES", one.lexTypes),
      ...part("HEADLINE", one.headline),
    ];
    return [`CREATE TEXT SEARCH PARSER ${quotePath(one)} (${parts.join(", ")})`];
  },
  drop: (one) => [`DROP TEXT SEARCH PARSER ${quotePath(one)}`],
  alter: alwaysRebuild,
};

export const templateWriter: Writer<"text search template"> = {
  create: (one) => [
    `CREATE TEXT SEARCH TEMPLATE ${quotePath(one)} (${[...part("INIT", one.init), ...part("LEXIZE", one.lexize)].join(", ")})`,
  ],
  drop: (one) => [`DROP TEXT SEARCH TEMPLATE ${quotePath(one)}`],
  alter: alwaysRebuild,
};

export const dictionaryWriter: Writer<"text search dictionary"> = {
  create: (one) => {
    const more = one.options === undefined ? "" : `, ${one.options}`;
    return [`CREATE TEXT SEARCH DICTIONARY ${quotePath(one)} (TEMPLATE = ${quotePath(one.template)}${more})`];
  },
  drop: (one) => [`DROP TEXT SEARCH DICTIONARY ${quotePath(one)}`],
  alter: (from, to) =>
    sameJson(from.template, to.template) && to.options !== undefined && from.options === undefined
      ? [`ALTER TEXT SEARCH DICTIONARY ${quotePath(to)} (${to.options})`]
      : rebuild,
};

type Configuration = Objects["text search configuration"];

const addMapping = (one: Configuration, { token, dictionaries }: Configuration["mappings"][number]): string =>
  `ALTER TEXT SEARCH CONFIGURATION ${quotePath(one)} ADD MAPPING FOR ${quoteName(token)} WITH ${dictionaries.map(quotePath).join(", ")}`;

export const configurationWriter: Writer<"text search configuration"> = {
  create: (one) => [
    `CREATE TEXT SEARCH CONFIGURATION ${quotePath(one)} (PARSER = ${quotePath(one.parser)})`,
    ...one.mappings.map((mapped) => addMapping(one, mapped)),
  ],
  drop: (one) => [`DROP TEXT SEARCH CONFIGURATION ${quotePath(one)}`],
  alter: (from, to) => {
    if (!sameJson(from.parser, to.parser)) return rebuild;
    const before = new Map(from.mappings.map((one) => [one.token, one]));
    const after = new Set(to.mappings.map(({ token }) => token));
    const head = `ALTER TEXT SEARCH CONFIGURATION ${quotePath(to)}`;
    return [
      ...from.mappings
        .filter(({ token }) => !after.has(token))
        .map(({ token }) => `${head} DROP MAPPING FOR ${quoteName(token)}`),
      ...to.mappings.flatMap((one) => {
        const old = before.get(one.token);
        if (old === undefined) return [addMapping(to, one)];
        return sameJson(old, one) ? [] : [addMapping(to, one).replace(" ADD MAPPING ", " ALTER MAPPING ")];
      }),
    ];
  },
};
