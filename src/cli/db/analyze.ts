// senior db analyze: checks the schema of a database, or of schema files, and writes the SQL that mends it.
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import { runRules } from "../../kernel/rule.ts";
import { catalogRules } from "../../pg/rules/index.ts";
import { analyzeReport } from "../../pg/view.ts";
import { command } from "../command.ts";
import { duration, many, text } from "../flags.ts";
import type { CatalogSource } from "../sources.ts";
import { isConnection, readCatalog } from "../sources.ts";

interface Given {
  readonly schemaFile: string | undefined;
  readonly connection: string | undefined;
  readonly connectionEnv: string | undefined;
}

const twice = (): Fault =>
  new Fault("usage.unexpected-argument", "a schema file and a connection were both given", {
    help: "give one of them",
  });

const fromVariable = (io: Io, name: string): CatalogSource => {
  const connection = io.env[name];
  if (connection !== undefined && connection !== "") return { kind: "server", connection };
  throw new Fault("usage.missing-value", `the environment variable ${name} is not set`);
};

/** Passwords on a command line are seen by everybody on the machine, and kept in the shell's history. */
const noteExposure = (io: Io, connection: string): void => {
  if (connection === io.env["DATABASE_URL"] || !/:\/\/[^/?#@]*:[^/?#]+@|password\s*=/.test(connection)) return;
  io.terminal.note(
    "the connection holds a password that other users of this machine can see; prefer DATABASE_URL, PGPASSWORD or ~/.pgpass",
  );
};

const given = async (io: Io, connection: string): Promise<CatalogSource> => {
  if (connection === "-") return { kind: "server", connection: (await io.files.readText("/dev/stdin")).trim() };
  noteExposure(io, connection);
  return { kind: "server", connection };
};

const pgVariables = ["PGHOST", "PGSERVICE", "PGDATABASE"] as const;

/** A file that is named wins over a connection that only the environment gives. */
const sourceOf = async (io: Io, { schemaFile, connection, connectionEnv }: Given): Promise<CatalogSource> => {
  const explicit = connection !== undefined && connection !== io.env["DATABASE_URL"];
  if (schemaFile !== undefined && (explicit || connectionEnv !== undefined)) throw twice();
  if (schemaFile !== undefined)
    return isConnection(schemaFile) ? given(io, schemaFile) : { kind: "files", path: schemaFile };
  if (connectionEnv !== undefined) return fromVariable(io, connectionEnv);
  if (connection !== undefined) return given(io, connection);
  if (pgVariables.some((name) => (io.env[name] ?? "") !== "")) return { kind: "server", connection: "" };
  throw new Fault("usage.missing-argument", "nothing to analyze: no schema file, and no connection", {
    help: "name a schema file or a folder, or give --connection URL or DATABASE_URL",
  });
};

export default command({
  name: "analyze",
  about: "Check a database's schema: keys, indexes, and the SQL that mends them",
  more: [
    "A schema file needs no server: it is loaded into an embedded PostgreSQL, inside a transaction that is rolled back.",
    "A folder's .sql files are loaded in the order of their names. A server is only read, in one read-only transaction",
    "with timeouts; nothing is written and no lock is waited for. Connections follow libpq: URLs, key=value, PGHOST and",
    "its kin, services, ~/.pgpass, sslmode.",
  ].join("\n"),
  examples: [
    { run: "senior db analyze schema.sql", about: "A schema file, without a server" },
    { run: "senior db analyze migrations/", about: "A folder of migrations, in order" },
    { run: "senior db analyze --connection postgres://app@db.example/shop", about: "A running server, read only" },
    { run: "senior db analyze --json --fail-on warning", about: "The server of DATABASE_URL, in a pipeline" },
  ],
  positionals: {
    schemaFile: text("A schema file, or a folder of them", { value: "SCHEMA.sql", scope: "user" }),
  },
  flags: {
    connection: text("The server to read: a URL or libpq's key=value pairs; - reads it from standard input", {
      value: "URL",
      env: "DATABASE_URL",
      scope: "user",
      secret: true,
    }),
    connectionEnv: text("The environment variable that holds the connection", { value: "NAME", scope: "user" }),
    schema: many(text("Only this schema", { value: "NAME" })),
    deadline: duration("How long loading the files, or one query, may take", { min: 100, default: 60_000 }),
  },
  output: "report",
  async run({ args, io }) {
    const source = await sourceOf(io, args);
    const read = await readCatalog(io, source, { schemas: args.schema, deadlineMs: args.deadline });
    const found = read.locate(runRules(catalogRules, read.reading));
    return analyzeReport({ reading: read.reading, findings: [...read.notes, ...found], source: read.source });
  },
});
