// SQL of schemas, extensions and foreign data.
import { quoteName, quotePath } from "../../quote.ts";
import type { Objects } from "../part.ts";
import { foreignOptionChanges, foreignOptions, role, sameJson } from "./text.ts";
import type { Piece, Writer } from "./writer.ts";
import { rebuild } from "./writer.ts";

export const schemaWriter: Writer<"schema"> = {
  create: ({ name }) => [`CREATE SCHEMA ${quoteName(name)}`],
  drop: ({ name }) => [`DROP SCHEMA ${quoteName(name)}`],
  alter: () => [],
};

export const extensionWriter: Writer<"extension"> = {
  create: ({ name, schema }) => [`CREATE EXTENSION IF NOT EXISTS ${quoteName(name)} WITH SCHEMA ${quoteName(schema)}`],
  drop: ({ name }) => [`DROP EXTENSION ${quoteName(name)}`],
  alter: (from, to) =>
    from.schema === to.schema
      ? []
      : from.fixed === true
        ? rebuild
        : [`ALTER EXTENSION ${quoteName(to.name)} SET SCHEMA ${quoteName(to.schema)}`],
};

type Wrapper = Objects["foreign-data wrapper"];

const wrapperFunctions = ({ handler, validator }: Wrapper): string =>
  `${handler === undefined ? "" : ` HANDLER ${quotePath(handler)}`}${validator === undefined ? "" : ` VALIDATOR ${quotePath(validator)}`}`;

/** A secret that goes can be told; one that comes cannot. */
const options = (
  head: string,
  from: Pick<Wrapper, "options" | "secrets">,
  to: Pick<Wrapper, "options" | "secrets">,
): readonly Piece[] => {
  const gone = from.secrets.filter((name) => !to.secrets.includes(name)).map((name) => ({ name, value: "" }));
  const changes = foreignOptionChanges([...from.options, ...gone], to.options);
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
      ...options(head, from, to),
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
    return [...(from.version === to.version ? [] : [`${head} VERSION ${version}`]), ...options(head, from, to)];
  },
};

type UserMapping = Objects["user mapping"];

const mapping = ({ user, server }: UserMapping): string => `USER MAPPING FOR ${role(user)} SERVER ${quoteName(server)}`;

export const userMappingWriter: Writer<"user mapping"> = {
  create: (one) => [`CREATE ${mapping(one)}${foreignOptions(one.options)}`],
  drop: (one) => [`DROP ${mapping(one)}`],
  alter: (from, to) => options(`ALTER ${mapping(to)}`, from, to),
};
