// Tools that the judge can try: our program as a user runs it, our planner alone, and one that cheats.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { Catalog } from "../../src/pg/catalog.ts";
import { plainOptions, plan, statementsOf } from "../../src/pg/diff/plan.ts";
import { readCatalogWith } from "../../src/pg/read-catalog.ts";

export interface Side {
  readonly url: string;
  readonly sql: string;
}

/** Statements that go out together: in one transaction, or one by one. */
export interface Run {
  readonly transaction: boolean;
  readonly sql: string;
}

export type Answer =
  | { readonly kind: "migration"; readonly up: readonly Run[]; readonly down: readonly Run[] }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

export type Tool = (old: Side, next: Side) => Promise<Answer>;

const readServer = async (url: string): Promise<{ readonly catalog: Catalog; readonly version: number }> => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe("set search_path = ''");
    const ask = async (query: string) =>
      (await sql.unsafe<Record<string, unknown>[]>(query)).map((row) => String(Object.values(row)[0]));
    const { catalog } = await readCatalogWith(ask, "server", { schemas: [], loader: "postgres" });
    const [version] = await ask("select current_setting('server_version_num')");
    return { catalog, version: Number(version) };
  } finally {
    await sql.end();
  }
};

/** The planner alone, from two servers, with a way back in one piece: quick, for a first look. */
export const planner: Tool = async (old, next) => {
  const [{ catalog: from, version }, { catalog: to }] = [await readServer(old.url), await readServer(next.url)];
  const forth = plan(from, to, { ...plainOptions, version, online: true, contract: false });
  const refusal = forth.refusals[0];
  if (refusal !== undefined) return { kind: "refused", reason: refusal.refused };
  const back = plan(to, from, { ...plainOptions, version, isReturn: true });
  const head = "SET check_function_bodies = off";
  return {
    kind: "migration",
    up: forth.segments.map(({ kind, steps }) => ({
      transaction: kind !== "alone",
      sql: [...(kind === "alone" ? [] : [head]), ...steps.flatMap(({ statements }) => statements)].join(";\n"),
    })),
    down: [{ transaction: true, sql: [head, ...statementsOf(back)].join(";\n") }],
  };
};

/** Drops everything and builds anew: right structure, no rows. The judge must not let it pass. */
export const cheat: Tool = (old, next) => {
  const wipe = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; SET search_path = public;";
  const run = (sql: string): Run => ({ transaction: true, sql: `${wipe}\n${sql}` });
  return Promise.resolve({ kind: "migration", up: [run(next.sql)], down: [run(old.sql)] });
};

/** A migration file of dbmate's: two parts, each perhaps without a transaction. */
export const dbmateParts = (text: string): { readonly up: Run; readonly down: Run } => {
  const [, up = "", down = ""] = /^-- migrate:up(.*?)^-- migrate:down(.*)$/ms.exec(text) ?? [];
  const part = (body: string): Run => {
    const [first = "", ...rest] = body.split("\n");
    return { transaction: !first.includes("transaction:false"), sql: rest.join("\n") };
  };
  return { up: part(up), down: part(down) };
};

const schemasOf = async (url: string): Promise<readonly string[]> => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const rows = await sql.unsafe<{ name: string }[]>(
      "select nspname as name from pg_namespace where nspname !~ '^(pg_|information_schema$)' order by 1",
    );
    return rows.map(({ name }) => name);
  } finally {
    await sql.end();
  }
};

/** A schema that the desired state does not name is left alone unless it is asked for: then all are. */
const leftSchemas = async (old: Side, next: Side): Promise<readonly string[]> => {
  const [before, after] = [await schemasOf(old.url), await schemasOf(next.url)];
  const all = [...new Set([...before, ...after])];
  return before.every((name) => after.includes(name)) ? [] : all.map((name) => `--schema=${name}`);
};

const ran = async (
  command: readonly string[],
  folder: string,
): Promise<{ readonly exit: number; readonly words: string }> => {
  const env = { ...process.env, DATABASE_URL: "" };
  const child = Bun.spawn([...command], { cwd: folder, stdout: "pipe", stderr: "pipe", env });
  const [stdout, stderr] = [await new Response(child.stdout).text(), await new Response(child.stderr).text()];
  return { exit: await child.exited, words: (stderr + stdout.slice(0, 4000)).trim() };
};

/** Our program, as a user runs it. `source`: the old side is read from the server, or from its file. */
export const program =
  (command: readonly string[], source: "server" | "file"): Tool =>
  async (old, next) => {
    const folder = await mkdtemp(join(tmpdir(), "senior-judge-"));
    try {
      await writeFile(join(folder, "old.sql"), old.sql);
      await writeFile(join(folder, "new.sql"), next.sql);
      const from = source === "server" ? ["--connection", old.url, ...(await leftSchemas(old, next))] : ["old.sql"];
      const args = [
        "db",
        "diff",
        ...from,
        "--compare",
        "new.sql",
        "--output",
        "migrations",
        "--accept-data-loss",
        "--json",
      ];
      const asked = await ran([...command, ...args], folder);
      // Asked which of two is a rename, the judge says: none.
      const isAmbiguous = asked.exit === 3 && asked.words.includes("fault/input-ambiguous");
      const { exit, words } = isAmbiguous ? await ran([...command, ...args, "--no-guess-renames"], folder) : asked;
      if (exit === 3 || exit === 5) return { kind: "refused", reason: words };
      if (exit > 1) return { kind: "failed", reason: `exit ${exit}: ${words}` };
      const names = await readdir(join(folder, "migrations")).catch(() => []);
      const files = await Promise.all(names.sort().map((name) => readFile(join(folder, "migrations", name), "utf8")));
      const parts = files.map(dbmateParts);
      return { kind: "migration", up: parts.map(({ up }) => up), down: parts.map(({ down }) => down).reverse() };
    } finally {
      await rm(folder, { recursive: true });
    }
  };
