// SQL of publications: changed in place, because subscriptions hang on them.
import { sameName } from "../../catalog/object.ts";
import { quoteName, quotePath } from "../../quote.ts";
import type { Objects } from "../part.ts";
import { names, sameJson } from "./text.ts";
import type { Context, Piece, Writer } from "./writer.ts";
import { rebuild } from "./writer.ts";

type Publication = Objects["publication"];
type Published = Publication["tables"][number];

/** Without ONLY a table brings those that inherit from it. */
const relation = ({ schema, name }: Published, { from, to }: Context): string => {
  const hasHeirs = [...from.catalog.tables, ...to.catalog.tables].some(({ inherits }) =>
    inherits.some((parent) => sameName(parent, { schema, name })),
  );
  return `${hasHeirs ? "ONLY " : ""}${quotePath({ schema, name })}`;
};

const published = (table: Published, context: Context): string =>
  `TABLE ${relation(table, context)}${table.columns === undefined ? "" : ` (${names(table.columns)})`}${table.where === undefined ? "" : ` WHERE (${table.where})`}`;

const inSchema = (schema: string): string => `TABLES IN SCHEMA ${quoteName(schema)}`;

const contents = ({ tables, schemas }: Pick<Publication, "tables" | "schemas">, context: Context): string =>
  [...tables.map((table) => published(table, context)), ...schemas.map(inSchema)].join(", ");

const defaults: Pick<Publication, "publish" | "viaRoot" | "generatedColumns"> = {
  publish: ["delete", "insert", "truncate", "update"],
  viaRoot: false,
  generatedColumns: "none",
};

/** What differs from the defaults, or from what was. */
const parameters = (to: Publication, from = defaults): string =>
  [
    ...(sameJson(from.publish, to.publish) ? [] : [`publish = '${to.publish.join(", ")}'`]),
    ...(from.viaRoot === to.viaRoot ? [] : [`publish_via_partition_root = ${String(to.viaRoot)}`]),
    ...(from.generatedColumns === to.generatedColumns ? [] : [`publish_generated_columns = ${to.generatedColumns}`]),
  ].join(", ");

/** What one has and the other does not have at all. */
const without = (some: Publication, others: Publication): Pick<Publication, "tables" | "schemas"> => ({
  tables: some.tables.filter((table) => !others.tables.some((other) => sameName(table, other))),
  schemas: some.schemas.filter((schema) => !others.schemas.includes(schema)),
});

const isEmpty = ({ tables, schemas }: Pick<Publication, "tables" | "schemas">): boolean =>
  tables.length === 0 && schemas.length === 0;

const contentChanges = (from: Publication, to: Publication, context: Context): readonly Piece[] => {
  const head = `ALTER PUBLICATION ${quoteName(to.name)}`;
  const stays = to.tables.filter((table) => from.tables.some((old) => sameName(old, table)));
  if (stays.some((table) => !from.tables.some((old) => sameJson(old, table))))
    return [`${head} SET ${contents(to, context)}`];
  const [gone, come] = [without(from, to), without(to, from)];
  const bare = gone.tables.map(({ schema, name }) => ({ schema, name }));
  return [
    ...(isEmpty(gone) ? [] : [`${head} DROP ${contents({ ...gone, tables: bare }, context)}`]),
    ...(isEmpty(come) ? [] : [`${head} ADD ${contents(come, context)}`]),
  ];
};

export const publicationWriter: Writer<"publication"> = {
  create: (one, context) => {
    const what = one.allTables ? " FOR ALL TABLES" : isEmpty(one) ? "" : ` FOR ${contents(one, context)}`;
    const more = parameters(one);
    return [`CREATE PUBLICATION ${quoteName(one.name)}${what}${more === "" ? "" : ` WITH (${more})`}`];
  },
  drop: (one) => [`DROP PUBLICATION ${quoteName(one.name)}`],
  alter: (from, to, context) => {
    if (from.allTables !== to.allTables) return rebuild;
    const changed = parameters(to, from);
    return [
      ...contentChanges(from, to, context),
      ...(changed === "" ? [] : [`ALTER PUBLICATION ${quoteName(to.name)} SET (${changed})`]),
    ];
  },
};
