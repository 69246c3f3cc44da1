// How each tool names its files: version, name and direction, read from a path below the folder.
import type { Tool } from "./model.ts";

export interface Named {
  readonly version: string;
  readonly name: string;
  readonly way: "up" | "down" | "both" | "repeatable";
}

type Reading = (path: string) => Named | undefined;

const numbered = (shape: RegExp, way: Named["way"]): Reading => {
  return (path) => {
    const match = shape.exec(path);
    return match === null ? undefined : { version: match[1] ?? "", name: match[2] ?? "", way };
  };
};

const firstOf =
  (...readings: readonly Reading[]): Reading =>
  (path) => {
    for (const read of readings) {
      const named = read(path);
      if (named !== undefined) return named;
    }
    return undefined;
  };

/** Files of the folder itself; what lies deeper belongs to something else. */
const flat =
  (read: Reading): Reading =>
  (path) =>
    path.includes("/") ? undefined : read(path);

const flyway: Reading = (path) => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const repeatable = /^R__(.+)\.sql$/.exec(name);
  if (repeatable !== null) {
    const about = (repeatable[1] ?? "").replaceAll("_", " ");
    return { version: about, name: about, way: "repeatable" };
  }
  const match = /^([VU])(\d+(?:[._]\d+)*)(?:__(.*))?\.sql$/.exec(name);
  if (match === null) return undefined;
  return {
    version: (match[2] ?? "").replaceAll("_", "."),
    name: (match[3] ?? "").replaceAll("_", " "),
    way: match[1] === "U" ? "down" : "up",
  };
};

/** `2019-02-26-002946_create_user/up.sql`; diesel keeps the digits alone. */
const diesel: Reading = (path) => {
  const match = /^(?:.*\/)?([\d-]+)_([^/]*)\/(up|down)\.sql$/.exec(path);
  if (match === null) return undefined;
  return {
    version: (match[1] ?? "").replaceAll("-", ""),
    name: match[2] ?? "",
    way: match[3] === "down" ? "down" : "up",
  };
};

/** The folder's whole name is what Prisma remembers. A `down.sql` beside it is the convention of its manual. */
const prisma: Reading = (path) => {
  const match = /^([^/]+)\/(migration|down)\.sql$/.exec(path);
  const folder = match?.[1];
  if (folder === undefined) return undefined;
  return { version: folder, name: folder.replace(/^\d+_/, ""), way: match?.[2] === "down" ? "down" : "up" };
};

const drizzle: Reading = (path) => {
  const match = /^(?:([^/]+)\/migration|(?!.*\/)(.+))\.sql$/.exec(path);
  const tag = match?.[1] ?? match?.[2];
  return tag === undefined ? undefined : { version: tag, name: tag.replace(/^\d+_/, ""), way: "up" };
};

/** db-migrate and Knex folders keep SQL in pairs, often in a folder `sqls` of their own. */
const knex = firstOf(
  numbered(/^(?:sqls?\/)?(\d+)[-_](.+?)[-_.]down\.sql$/, "down"),
  numbered(/^(?:sqls?\/)?(\d+)[-_](.+?)(?:[-_.]up)?\.sql$/, "up"),
);

/** A file without a number has its name for a version: one file alone needs no order. */
const plain = firstOf(
  flat(numbered(/^(\d+)[-_.](.+?)[-_.](?:down|undo|rollback)\.sql$/i, "down")),
  flat(numbered(/^(\d+)[-_.](.+?)(?:[-_.]up)?\.sql$/i, "both")),
  flat(numbered(/^(\d+)()\.(?:down)\.sql$/i, "down")),
  flat(numbered(/^(\d+)()(?:\.up)?\.sql$/i, "both")),
  (path) => {
    const match = path.includes("/") ? null : /^(.+?)(?:[-_.](down|undo|rollback)|[-_.]up)?\.sql$/i.exec(path);
    const name = match?.[1];
    return name === undefined ? undefined : { version: name, name, way: match?.[2] === undefined ? "both" : "down" };
  },
);

const bothIn = flat(
  firstOf(numbered(/^(\d+)(?:[-_](.*))?\.sql$/, "both"), numbered(/^(\d+)(?:[-_](.*))?\.sql$/, "both")),
);

export const naming = {
  plain,
  dbmate: bothIn,
  goose: bothIn,
  "sql-migrate": flat((path) => {
    const version = /^(.+\.sql)$/.exec(path)?.[1];
    return version === undefined ? undefined : { version, name: version.replace(/^\d+[-_]?|\.sql$/g, ""), way: "both" };
  }),
  "golang-migrate": flat(firstOf(numbered(/^(\d+)_(.*)\.up\.sql$/, "up"), numbered(/^(\d+)_(.*)\.down\.sql$/, "down"))),
  flyway,
  prisma,
  drizzle,
  "node-pg-migrate": flat((path) => {
    const match = /^(.+?)(?:\.(up|down))?\.sql$/.exec(path);
    const version = match?.[1];
    if (version === undefined) return undefined;
    const way = match?.[2] === undefined ? "both" : match[2] === "down" ? "down" : "up";
    return { version, name: version.replace(/^\d+[-_]?/, ""), way };
  }),
  knex,
  diesel,
} as const satisfies Record<Tool, Reading>;

const byNumber = new Intl.Collator("en", { numeric: true }).compare;
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const asNumbers = (a: string, b: string): number => {
  const [left, right] = [BigInt(/^\d+/.exec(a)?.[0] ?? 0), BigInt(/^\d+/.exec(b)?.[0] ?? 0)];
  return left < right ? -1 : left > right ? 1 : byText(a, b);
};

/** `2.1` before `2.10`, `2` the same as `2.0`. */
const dotted = (a: string, b: string): number => {
  const [left, right] = [a.split("."), b.split(".")];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = asNumbers(left[at] ?? "0", right[at] ?? "0");
    if (BigInt(left[at] ?? 0) !== BigInt(right[at] ?? 0)) return difference;
  }
  return 0;
};

/** The order in which each tool runs versions; 0 means that they are the same to it. */
export const versionOrder = {
  plain: byNumber,
  dbmate: byText,
  goose: asNumbers,
  "sql-migrate": byNumber,
  "golang-migrate": (a, b) => {
    const [left, right] = [BigInt(a), BigInt(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  },
  flyway: dotted,
  prisma: byText,
  drizzle: byNumber,
  "node-pg-migrate": byNumber,
  knex: byText,
  diesel: byText,
} as const satisfies Record<Tool, (a: string, b: string) => number>;
