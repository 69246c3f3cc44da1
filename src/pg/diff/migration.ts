// Migration files: their names, one for each segment, in the formats of the common runners.
import type { GeneratedFile } from "../../kernel/fileset.ts";
import { nameOf, slug } from "./migration-name.ts";
import { literal } from "./sql/text.ts";
import { withoutConcurrently } from "./stage.ts";
import type { Leg } from "./way-back.ts";

export const formats = ["dbmate", "golang-migrate", "flyway", "plain"] as const;
export type Format = (typeof formats)[number];

export interface MigrationOptions {
  readonly format: Format;
  /** For the name of a single migration; else it is told by its changes. */
  readonly name?: string;
  readonly now: Date;
  /** Names that are in the folder already. */
  readonly taken: readonly string[];
  /** Of the catalogs before and after. */
  /** Left out where only a part of the catalog was looked at. */
  readonly hashes?: { readonly from: string; readonly to: string };
  readonly lockTimeout: string;
  readonly statementTimeout: string;
  /** The command that writes it; `db diff` when it is not said. */
  readonly by?: string;
}

export interface Migration {
  readonly version: string;
  readonly name: string;
  readonly leg: Leg;
  readonly up: string;
  readonly down: string;
  readonly files: readonly GeneratedFile[];
}

const digits = (value: number, length = 2): string => String(value).padStart(length, "0");

const dateOf = (now: Date): string =>
  `${digits(now.getUTCFullYear(), 4)}${digits(now.getUTCMonth() + 1)}${digits(now.getUTCDate())}`;

const timeOf = (now: Date): string =>
  `${digits(now.getUTCHours())}${digits(now.getUTCMinutes())}${digits(now.getUTCSeconds())}`;

/** The date, as long as it names one migration alone; else date and time, a second apart, so that runners keep the order. */
const versionsOf = (count: number, { now, taken }: MigrationOptions): readonly string[] => {
  const date = dateOf(now);
  const found = taken.flatMap((name) => /^V?(\d{8,14})(?=_)/.exec(name)?.[1] ?? []);
  if (count === 1 && !found.some((version) => version.startsWith(date))) return [date];
  const latest =
    found
      .filter((version) => version.length === 14)
      .sort()
      .at(-1) ?? "";
  const after = new Date(
    Date.UTC(
      Number(latest.slice(0, 4)),
      Number(latest.slice(4, 6)) - 1,
      Number(latest.slice(6, 8)),
      Number(latest.slice(8, 10)),
      Number(latest.slice(10, 12)),
      Number(latest.slice(12, 14)) + 1,
    ),
  );
  const begin = latest >= `${date}${timeOf(now)}` ? after : now;
  return Array.from({ length: count }, (_, at) => {
    const moment = new Date(begin.getTime() + at * 1000);
    return `${dateOf(moment)}${timeOf(moment)}`;
  });
};

/** Comments hold no line ends and nothing that a terminal acts on. */
const comment = (text: string): string =>
  `-- ${literal(text.replace(/\s+/g, " ")).replace(/^U&/, "").slice(1, -1).replaceAll("''", "'")}`;

const waits = ({ lockTimeout, statementTimeout }: MigrationOptions, long: boolean): readonly string[] => [
  `SET LOCAL lock_timeout = '${lockTimeout}';`,
  `SET LOCAL statement_timeout = '${long ? "0" : statementTimeout}';`,
  "SET LOCAL check_function_bodies = off;",
];

const terminated = (sql: string): string => `${sql};`;

/** Scans and rewrites take as long as the table is large; a table that was just made is small. */
const isLong = (statements: readonly string[]): boolean => {
  const made = statements.flatMap((sql) => /^CREATE (?:UNLOGGED )?TABLE (.+?) \(/.exec(sql)?.[1] ?? []);
  const isOnNew = (sql: string): boolean =>
    sql.startsWith("CREATE TABLE ") ||
    made.some((table) => sql.startsWith(`ALTER TABLE ${table} `) || sql.includes(` ON ${table} `));
  return statements.some(
    (sql) =>
      !isOnNew(sql) &&
      !/^ALTER TYPE /.test(sql) &&
      !/ NOT VALID$| USING INDEX \S+( DEFERRABLE)?( INITIALLY DEFERRED)?$/.test(sql) &&
      /^(UPDATE|INSERT|DO \$gate\$|REFRESH|CREATE (UNIQUE )?INDEX|CREATE MATERIALIZED)|VALIDATE CONSTRAINT| TYPE | ADD CONSTRAINT | SET NOT NULL| SET (LOGGED|UNLOGGED|ACCESS METHOD|TABLESPACE)| STORED/.test(
        sql,
      ),
  );
};

const upText = ({ segment }: Leg, options: MigrationOptions): string => {
  const lines = segment.steps.flatMap((step) => [
    ...step.hazards.map(({ kind, message }) => comment(`${kind}: ${message}`)),
    ...step.statements.map(terminated),
  ]);
  const alone = segment.kind === "alone";
  return [
    ...(alone ? [] : waits(options, isLong(segment.steps.flatMap(({ statements }) => statements)))),
    ...lines,
  ].join("\n");
};

/** The way back of an index that was made alone is one statement too, unless something hangs on the index. */
const backAlone = ({ segment, down }: Leg): boolean => segment.kind === "alone" && down.length === 1;

const downText = (leg: Leg, options: MigrationOptions): string => {
  const { segment, unrestored } = leg;
  const lost = segment.steps.flatMap(({ hazards }) =>
    hazards.filter(({ kind }) => kind === "data loss").map(({ message }) => comment(`not restored: ${message}`)),
  );
  const notes = [...lost, ...unrestored.map((one) => comment(`not restored: ${one}`))];
  const down = backAlone(leg) ? leg.down : leg.down.map(withoutConcurrently);
  return [...(backAlone(leg) ? [] : waits(options, isLong(down))), ...notes, ...down.map(terminated)].join("\n");
};

const header = (leg: Leg, { hashes, by = "db diff" }: MigrationOptions): string =>
  [
    `-- Written by senior ${by}, run forth and back on a copy of the schema before it was written.`,
    ...(hashes === undefined
      ? []
      : [`-- Catalog before ${hashes.from.slice(0, 16)}, after all files ${hashes.to.slice(0, 16)}.`]),
    ...(leg.segment.notes ?? []).map(comment),
    ...(leg.segment.kind === "contract" && leg.segment.notes === undefined
      ? ["-- Contract: apply it when no running code uses what it drops."]
      : []),
    ...(leg.segment.kind === "alone"
      ? ["-- Runs outside of a transaction; if it fails, drop the invalid index that it leaves and run it again."]
      : []),
  ].join("\n");

interface Texts {
  readonly leg: Leg;
  readonly base: string;
  readonly version: string;
  readonly name: string;
  readonly head: string;
  readonly up: string;
  readonly down: string;
}

const inTransaction = (alone: boolean, text: string): string => (alone ? text : `BEGIN;\n${text}\nCOMMIT;`);

const upAlone = ({ segment }: Leg): boolean => segment.kind === "alone";

const withDown = ({ leg, base, head, up, down }: Texts, names: readonly [up: string, down: string]) => [
  { path: `${base}${names[0]}`, text: `${head}\n\n${inTransaction(upAlone(leg), up)}\n` },
  { path: `${base}${names[1]}`, text: `${head}\n\n${inTransaction(backAlone(leg), down)}\n` },
];

/** Flyway fills in whatever looks like a placeholder, in names and strings too, unless the script's settings forbid it. */
const asItStands = (file: GeneratedFile): readonly GeneratedFile[] =>
  file.text.includes("${") ? [file, { path: `${file.path}.conf`, text: "placeholderReplacement=false\n" }] : [file];

const writers: { readonly [F in Format]: (texts: Texts) => readonly GeneratedFile[] } = {
  dbmate: ({ leg, base, head, up, down }) => {
    const option = (alone: boolean): string => (alone ? " transaction:false" : "");
    const [forth, back] = [option(upAlone(leg)), option(backAlone(leg))];
    return [
      { path: `${base}.sql`, text: `${head}\n\n-- migrate:up${forth}\n${up}\n\n-- migrate:down${back}\n${down}\n` },
    ];
  },
  "golang-migrate": (texts) => withDown(texts, [".up.sql", ".down.sql"]),
  flyway: ({ version, name, head, up, down }) => [
    ...asItStands({ path: `V${version}__${name}.sql`, text: `${head}\n\n${up}\n` }),
    ...asItStands({ path: `U${version}__${name}.sql`, text: `${head}\n\n${down}\n` }),
  ],
  plain: (texts) => withDown(texts, [".sql", ".down.sql"]),
};

/** Names told apart when two segments do alike things. */
const uniqueNames = (names: readonly string[]): readonly string[] => {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return n === 1 ? name : `${name}_${n}`;
  });
};

/** One migration for each leg of the way. */
export const migrationsOf = (legs: readonly Leg[], options: MigrationOptions): readonly Migration[] => {
  const versions = versionsOf(legs.length, options);
  const base = options.name === undefined ? undefined : slug(options.name);
  const names = uniqueNames(
    legs.map((leg) =>
      base === undefined
        ? nameOf(leg.segment)
        : legs.length === 1
          ? base
          : `${base}_${nameOf(leg.segment)}`.slice(0, 80),
    ),
  );
  return legs.map((leg, at) => {
    const [version, name] = [versions[at] ?? "", names[at] ?? ""];
    const texts = {
      leg,
      version,
      name,
      base: `${version}_${name}`,
      head: header(leg, options),
      up: upText(leg, options),
      down: downText(leg, options),
    };
    return { version, name, leg, up: texts.up, down: texts.down, files: writers[options.format](texts) };
  });
};
