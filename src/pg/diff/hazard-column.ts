// What happens to values when a column comes, goes or changes its type.
import { keyOf } from "../catalog/object.ts";
import { quotePath } from "../quote.ts";
import { rewrites } from "./cast/rewrites.ts";
import { castRisk, readsTimeZone } from "./cast/risk.ts";
import { fillOf, fillWords, unfitDefault } from "./fill.ts";
import { referenced } from "./refers.ts";
import type { Hazard, Judge, Of } from "./hazard-kinds.ts";
import type { Node } from "./node.ts";
import type { Context } from "./sql/writer.ts";
import { toldFor } from "./told.ts";
import { partText } from "./words.ts";

const retyped = ({ change }: Node, context: Context): readonly Hazard[] => {
  if (change.verb !== "alter" || change.from.kind !== "column" || change.to.kind !== "column") return [];
  const before = context.from.byKey.get(change.key);
  const [from, to] = [before?.kind === "column" ? before.value.type : change.from.value.type, change.to.value.type];
  if (from.text === to.text) return [];
  const risk = castRisk(from, to);
  const words = `${from.text} to ${to.text}`;
  return [
    ...(risk === "loses"
      ? [{ kind: "data loss" as const, message: `${partText(change.to)}: ${words} rounds or cuts values` }]
      : []),
    ...(risk === "may fail"
      ? [
          {
            kind: "may fail" as const,
            message: `${partText(change.to)}: ${words} stops at the first value that does not fit`,
          },
        ]
      : []),
    ...(readsTimeZone(from, to) && toldFor(context.using, change.to.value.table, change.to.value.name) === undefined
      ? [
          {
            kind: "ambiguity" as const,
            message: `${partText(change.to)}: ${words} reads values in the TimeZone of the session that runs it`,
          },
        ]
      : []),
    ...(rewrites(from, to)
      ? [
          {
            kind: "rewrite" as const,
            message: `every row is written anew for ${partText(change.to)}, while nobody can read the table`,
          },
        ]
      : []),
  ];
};

/** What rows that exist get where neither a default nor NULL serves. */
const invented = (part: Of<"column">, context: Context, statements: readonly string[]): readonly Hazard[] => {
  const { nullable, table: of, name } = part.value;
  const unfit = unfitDefault(part.value, context);
  if (context.isNew(keyOf("table", of)) || (nullable && unfit === undefined)) return [];
  const told = toldFor(context.using, of, name);
  const target = referenced(part.value, context);
  const fill = fillOf(part.value, context);
  if (!nullable && target !== undefined && fill.kind === "nowhere")
    return [
      {
        kind: "may fail",
        message: `stops when ${quotePath(of)} holds rows: ${partText(part)} has to refer to ${quotePath(target.name)}, which is new and empty; make it without NOT NULL first, and fill it`,
      },
    ];
  const why = unfit === undefined ? "" : ` (${unfit.why})`;
  const message =
    nullable && told === undefined
      ? `rows that exist stay empty in ${partText(part)}${why}; give them a value with --fill`
      : `rows that exist get ${fillWords(fill)} for ${partText(part)}${why}; choose another with --fill`;
  const isWritten = statements.some((sql) => /^(CREATE SEQUENCE|UPDATE) /.test(sql) || / TYPE [^]* USING /.test(sql));
  return [
    {
      kind: "invented values",
      message,
    },
    ...(isWritten
      ? [{ kind: "rewrite" as const, message: `every row is written anew to give ${partText(part)} a value` }]
      : []),
  ];
};

export const column: Judge<Of<"column">> = (node, part, context, statements) => {
  const { act, change } = node;
  if (act === "drop") {
    if (part.value.generated !== undefined) return [];
    const back = part.value.nullable
      ? "leaves it empty"
      : `fills it with ${context.from.byKey.has(part.key.replace(/^column /, "default ")) ? "its default" : fillWords(fillOf(part.value, { ...context, to: context.from }))}`;
    return [
      { kind: "data loss", message: `all values of ${partText(part)} are lost; the way back ${back}` },
      { kind: "breaking", message: "code that still uses this column fails" },
    ];
  }
  if (act === "create") {
    const { generated, identity, table: of } = part.value;
    const given = generated ?? identity ?? context.to.byKey.get(part.key.replace(/^column /, "default "));
    if (generated?.storage === "stored")
      return [{ kind: "rewrite", message: `every row is written anew to compute ${partText(part)}` }];
    const fallback = context.to.byKey.get(part.key.replace(/^column /, "default "));
    const varies =
      fallback?.kind === "default" && /nextval\(|random|uuid|clock_timestamp|timeofday/.test(fallback.value.expression);
    if (varies && !context.isNew(keyOf("table", of)))
      return [{ kind: "rewrite", message: `every row is written anew for the default of ${partText(part)}` }];
    return given !== undefined && unfitDefault(part.value, context) === undefined
      ? []
      : invented(part, context, statements);
  }
  const isTightened =
    change.verb === "alter" && change.from.kind === "column" && change.from.value.nullable && !part.value.nullable;
  return [
    ...retyped(node, context),
    ...(isTightened ? [{ kind: "may fail" as const, message: `stops when ${partText(part)} holds NULL` }] : []),
  ];
};
