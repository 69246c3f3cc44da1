// Judges a migration tool on one pair of schemas: up, down, again; nothing made anew, nothing lost. Looks at databases, never at text.
import postgres from "postgres";
import { loadSqlParser } from "../../src/io/sql-parser.ts";
import type { TestServer } from "../../src/testing/postgres-server.ts";
import type { Kept } from "./fill.ts";
import { fillRows, keptOf, losses } from "./fill.ts";
import { fingerprint, unlike } from "./fingerprint.ts";
import type { Run, Tool } from "./tools.ts";

export interface Pair {
  readonly id: string;
  readonly roles: readonly string[];
  /** Of the server, made in place (PostgreSQL 15 or later). */
  readonly tablespaces?: readonly string[];
  readonly setup: string | null;
  readonly old: string;
  readonly new: string;
  /** Tables that stand elsewhere on the new side, by the old path: they must be the same tables with the same rows. */
  readonly moved?: Readonly<Record<string, string>>;
}

export interface Verdict {
  readonly id: string;
  /** `unloadable`: the server itself refuses one of the schemas. */
  readonly outcome: "unloadable" | "refused" | "judged" | "failed";
  readonly reason?: string;
  readonly rows: number;
  readonly up: boolean;
  readonly down: boolean;
  /** A second comparison finds nothing to do. */
  readonly empty: boolean;
  readonly recreated: readonly string[];
  readonly lost: readonly string[];
  /** What went wrong, for people. */
  readonly trouble: readonly string[];
}

const nothing: Omit<Verdict, "id" | "outcome"> = {
  rows: 0,
  up: false,
  down: false,
  empty: false,
  recreated: [],
  lost: [],
  trouble: [],
};

const connect = (url: string): postgres.Sql => postgres(url, { max: 1, onnotice: () => undefined, prepare: false });

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const load = async (server: TestServer, sql: string): Promise<string> => {
  const url = server.url(await server.createDatabase());
  const client = connect(url);
  try {
    await client.unsafe(sql);
  } finally {
    await client.end();
  }
  return url;
};

const makeTablespaces = async (server: TestServer, names: readonly string[]): Promise<void> => {
  if (names.length === 0) return;
  const client = connect(server.url());
  try {
    await client.unsafe("set allow_in_place_tablespaces = on");
    const there = await client.unsafe<{ spcname: string }[]>("select spcname from pg_tablespace");
    const missing = names.filter((name) => !there.some(({ spcname }) => spcname === name));
    for (const name of missing) await client.unsafe(`create tablespace "${name}" location ''`);
  } finally {
    await client.end();
  }
};

const apply = async (client: postgres.Sql, runs: readonly Run[]): Promise<string | undefined> => {
  const parse = await loadSqlParser();
  for (const { transaction, sql } of runs) {
    try {
      await client.unsafe("discard all");
      if (transaction) await client.unsafe(`begin;\n${sql};\ncommit`);
      else {
        const parsed = parse(sql);
        if (parsed.kind === "error") throw new Error(parsed.message);
        for (const { start, end } of parsed.statements) await client.unsafe(sql.slice(start, end));
      }
    } catch (error) {
      await client.unsafe("rollback").catch(() => undefined);
      return `${words(error)}\n${sql}`;
    }
  }
  return undefined;
};

/** Tables under the names that the new side gives them. */
const asNew = (kept: ReadonlyMap<string, Kept>, { moved = {} }: Pair): ReadonlyMap<string, Kept> =>
  new Map([...kept].map(([name, one]) => [moved[name] ?? name, one]));

export const judge = async (server: TestServer, version: number, pair: Pair, tool: Tool): Promise<Verdict> => {
  const roles = pair.roles
    .map((role) => `do $$ begin create role "${role}"; exception when duplicate_object then null; end $$;`)
    .join("\n");
  const sides = { old: `${pair.setup ?? ""}\n${pair.old}`, next: `${pair.setup ?? ""}\n${pair.new}` };
  let urls: readonly string[];
  try {
    await load(server, roles);
    await makeTablespaces(server, pair.tablespaces ?? []);
    urls = [await load(server, sides.old), await load(server, sides.next), await load(server, sides.old)];
  } catch (error) {
    return { id: pair.id, outcome: "unloadable", reason: words(error), ...nothing };
  }
  const [oldUrl = "", newUrl = "", scratchUrl = ""] = urls;
  const [old, next, scratch] = [connect(oldUrl), connect(newUrl), connect(scratchUrl)];
  try {
    const wantNew = await fingerprint(next, version);
    await old.unsafe("reset all");
    const stay = await keptOf(next);
    // Rows are tried on a copy of the new side, so that it stays as it was loaded.
    const trial = connect(await load(server, sides.next));
    const rows = await fillRows(old, trial).finally(() => trial.end());
    const before = asNew(await keptOf(old, stay), pair);
    // A schema's own triggers may make tables for the rows.
    const wantOld = await fingerprint(old, version);
    await old.unsafe("reset all");
    const [self, other] = [
      { url: oldUrl, sql: sides.old },
      { url: newUrl, sql: sides.next },
    ];
    const answer = await tool(self, other);
    if (answer.kind !== "migration")
      return { id: pair.id, outcome: answer.kind, reason: answer.reason, ...nothing, rows };
    const trouble: string[] = [];
    const upError = await apply(old, answer.up);
    const upLeft = upError === undefined ? unlike(await fingerprint(old, version), wantNew) : [`up: ${upError}`];
    const after = await keptOf(old);
    const { recreated, lost } = upError === undefined ? losses(before, after, stay) : { recreated: [], lost: [] };
    let empty = false;
    if (upError === undefined) {
      const again = await tool(self, other);
      empty = again.kind === "migration" && again.up.length === 0;
      if (!empty)
        trouble.push(`again: ${again.kind === "migration" ? again.up.map(({ sql }) => sql).join("\n") : again.reason}`);
    }
    const downError = upError === undefined ? await apply(old, answer.down) : "not tried";
    const downLeft =
      downError === undefined ? unlike(await fingerprint(old, version), wantOld) : [`down: ${downError}`];
    const back =
      downError === undefined
        ? losses(after, asNew(await keptOf(old), pair), asNew(await keptOf(scratch), pair))
        : { recreated: [], lost: [] };
    const both = [
      ...lost,
      ...(downError === undefined ? losses(before, asNew(await keptOf(old), pair), stay).lost : []),
    ];
    return {
      id: pair.id,
      outcome: "judged",
      rows,
      up: upLeft.length === 0,
      down: downLeft.length === 0,
      empty,
      recreated: [...new Set([...recreated, ...back.recreated])],
      lost: [...new Set([...both, ...back.lost])],
      trouble: [...upLeft, ...downLeft, ...trouble],
    };
  } finally {
    await Promise.all([old.end(), next.end(), scratch.end()]);
  }
};
