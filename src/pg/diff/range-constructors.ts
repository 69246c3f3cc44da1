// The functions that make values of a range type: PostgreSQL makes them with the type, and leaves them behind when it is moved or renamed.
import type { ObjectName } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import { asideName } from "./aside.ts";
import type { Objects } from "./part.ts";

type Range = Objects["range"];

interface Way {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** One function's way from one place to another; its arguments are said as they are called at that time. */
const follow = (from: ObjectName, to: ObjectName, args: string): readonly string[] => [
  ...(from.schema === to.schema
    ? []
    : [`ALTER FUNCTION ${quotePath(from)}(${args}) SET SCHEMA ${quoteName(to.schema)}`]),
  ...(from.name === to.name
    ? []
    : [`ALTER FUNCTION ${quotePath({ schema: to.schema, name: from.name })}(${args}) RENAME TO ${quoteName(to.name)}`]),
];

const own = (from: ObjectName, to: ObjectName, { subtype: { text } }: Range): readonly string[] =>
  [`${text}, ${text}`, `${text}, ${text}, text`].flatMap((args) => follow(from, to, args));

/** Behind the type, which is called `there` already. */
export const rangeConstructors = (from: Range, there: ObjectName): Way => ({
  up: own(from, there, from),
  down: own(there, from, from),
});

/** The multirange of a range type with its functions, to another schema; the range is there already, or still. */
export const moveMultirange = (from: Range, to: Range): Way => {
  const [before, after] = [from.multirange, { schema: to.multirange.schema, name: from.multirange.name }];
  if (before.schema !== from.schema || after.schema === before.schema) return { up: [], down: [] };
  const moves = (a: ObjectName, b: ObjectName): readonly string[] => [
    `ALTER TYPE ${quotePath(a)} SET SCHEMA ${quoteName(b.schema)}`,
    ...["", quotePath(to), `VARIADIC ${quotePath(to)}[]`].flatMap((args) => follow(a, b, args)),
  ];
  return { up: moves(before, after), down: moves(after, before) };
};

/** What bears the names of a range type that steps aside, and is called so itself already. */
export const rangeAside = (range: Range, aside: ObjectName): readonly string[] => {
  const { multirange } = range;
  const there = { schema: multirange.schema, name: asideName(multirange.name) };
  return [
    ...own(range, aside, range),
    `ALTER TYPE ${quotePath(multirange)} RENAME TO ${quoteName(there.name)}`,
    ...["", quotePath(aside), `VARIADIC ${quotePath(aside)}[]`].flatMap((args) => follow(multirange, there, args)),
  ];
};
