// The embedded server's worker: one PostgreSQL (PGlite) in memory, which answers orders one at a time.
import { PGlite } from "@electric-sql/pglite";
import type { Filesystem } from "@electric-sql/pglite/basefs";
import { readAssets } from "./assets.ts";
import { archivePaths, isBundled } from "./extensions.ts";
import type { LookupDisk } from "./lookup.ts";
import { shortenLookups } from "./lookup.ts";
import type { PatchedDisk } from "./patch-disk.ts";
import { patchDisk } from "./patch-disk.ts";
import type { Explained } from "../../pg/whatif/planner.ts";
import type { NewExtension, Notice, Order, Ran, Reply, SqlError, Traced } from "./protocol.ts";
import { shellFiles } from "./stubs.ts";
import { tarEntries } from "./tar.ts";

declare const self: Worker;

/** The part of the server's file system (Emscripten's MEMFS) that is used here; the package does not ship its types. */
interface Disk extends PatchedDisk {
  mkdirTree(path: string, mode: number): void;
  chmod(path: string, mode: number): void;
}

/** What the server says beside its answers, as far as it is used here. */
interface NoticeMessage {
  readonly severity?: string | undefined;
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
}

/** An archive and the folder of the server's file system that it belongs in. */
interface Unpacked {
  readonly root: string;
  readonly archive: Uint8Array;
}

const installation = "/pglite";
const dataFolder = `${installation}/data`;

const diskOf = (server: PGlite | undefined): Disk & LookupDisk => {
  const disk = (server?.Module as { readonly FS: Disk & LookupDisk } | undefined)?.FS;
  if (disk === undefined) throw new Error("the file system is not there yet");
  return disk;
};

/** File contents stay views of the archive until they are written to. */
const unpack = (disk: Disk, { root, archive }: Unpacked): void => {
  for (const { path, folder, mode, content } of tarEntries(archive)) {
    const target = `${root}/${path.replace(/^\//, "")}`;
    disk.mkdirTree(folder ? target : target.slice(0, target.lastIndexOf("/")), 0o700);
    if (!folder) disk.writeFile(target, content, { canOwn: true });
    disk.chmod(target, mode);
  }
};

/** The data directory in the server's memory. */
class MemoryFiles implements Filesystem {
  readonly #archive: Unpacked;
  #server: PGlite | undefined;

  constructor(archive: Unpacked) {
    this.#archive = archive;
  }

  init: Filesystem["init"] = (server, emscriptenOpts) => {
    this.#server = server;
    return Promise.resolve({ emscriptenOpts });
  };

  initialSyncFs = (): Promise<void> => {
    const disk = diskOf(this.#server);
    shortenLookups(disk);
    unpack(disk, this.#archive);
    disk.chmod(dataFolder, 0o700);
    return Promise.resolve();
  };

  syncToFs = (): Promise<void> => Promise.resolve();
  closeFs = (): Promise<void> => Promise.resolve();
  dumpTar = (): Promise<never> => Promise.reject(new Error("the embedded data directory is not saved"));
}

const readArchive = async (path: string): Promise<Unpacked> => ({
  root: installation,
  archive: Bun.gunzipSync(await Bun.file(path).bytes()),
});

const open = async (engine: WebAssembly.Module): Promise<PGlite> => {
  const assets = await readAssets();
  const server = await PGlite.create({
    pgliteWasmModule: engine,
    // Never used, since the data directory is there already; without it the package would look for its file on disk.
    initdbWasmModule: engine,
    fsBundle: assets.fsBundle,
    fs: new MemoryFiles({ root: dataFolder, archive: assets.dataDirectory }),
  });
  // A library that fails to load later breaks the loader unless plpgsql has been loaded before.
  await server.exec("do $$ begin end $$");
  return server;
};

/** PGlite's DatabaseError, as far as it is one. */
const sqlError = (error: unknown): SqlError | undefined => {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  const field = (name: string): string | undefined => {
    const value: unknown = Object.hasOwn(error, name) ? (error as unknown as Record<string, unknown>)[name] : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [position, detail, hint, where] = [field("position"), field("detail"), field("hint"), field("where")];
  return {
    message: error.message,
    sqlstate: error.code,
    ...(position === undefined ? {} : { position: Number(position) }),
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
    ...(where === undefined ? {} : { where }),
  };
};

const run = async (server: PGlite, statements: readonly string[], progress: Int32Array): Promise<Ran> => {
  for (const [i, statement] of statements.entries()) {
    // Seen from outside even while a statement never returns.
    Atomics.store(progress, 0, i);
    try {
      await server.exec(statement);
    } catch (error) {
      const refusal = sqlError(error);
      if (refusal === undefined) throw error;
      return { done: i, error: refusal };
    }
  }
  return { done: statements.length };
};

const trace = async (server: PGlite, statement: string): Promise<Traced> => {
  const notices: Notice[] = [];
  const onNotice = ({ severity = "", message = "", code = "", detail }: NoticeMessage): void => {
    notices.push({ severity, message, sqlstate: code, ...(detail === undefined ? {} : { detail }) });
  };
  try {
    await server.exec(statement, { onNotice });
    return { notices };
  } catch (error) {
    const refusal = sqlError(error);
    if (refusal === undefined) throw error;
    return { notices, error: refusal };
  }
};

const rows = async (server: PGlite, sql: string): Promise<readonly string[]> => {
  const result = await server.query<readonly unknown[]>(sql, [], { rowMode: "array" });
  return result.rows.map(([value]) => String(value));
};

const explain = async (server: PGlite, statement: string): Promise<Explained> => {
  try {
    // The simple protocol: the other one wants a value for every parameter.
    const [result] = await server.exec(statement, { rowMode: "array", parsers: { 114: (text) => text } });
    return { kind: "plan", json: String((result?.rows[0] as readonly unknown[] | undefined)?.[0]) };
  } catch (error) {
    const refusal = sqlError(error);
    if (refusal === undefined) throw error;
    return { kind: "refused", error: refusal };
  }
};

const explainAll = async (server: PGlite, statements: readonly string[]): Promise<readonly Explained[]> => {
  const answers: Explained[] = [];
  for (const statement of statements) answers.push(await explain(server, statement));
  return answers;
};

const messageOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

const reply = (message: Reply): void => self.postMessage(message);

let state: { readonly server: PGlite; readonly progress: Int32Array } | undefined;

const extend = async (server: PGlite, extensions: readonly NewExtension[]): Promise<void> => {
  const disk = diskOf(server);
  const names = extensions.map(({ name }) => name);
  for (const path of archivePaths(names).values()) unpack(disk, await readArchive(path));
  for (const { name, versions } of extensions) {
    if (isBundled(name)) continue;
    for (const [file, text] of shellFiles(name, versions)) {
      disk.writeFile(`${installation}/share/postgresql/extension/${file}`, new TextEncoder().encode(text), {
        canOwn: true,
      });
    }
  }
};

const obey = async (order: Order): Promise<Reply> => {
  if (order.kind === "open") {
    state = { server: await open(order.engine), progress: new Int32Array(order.progress) };
    return { kind: "opened" };
  }
  if (state === undefined) throw new Error("the embedded server was not opened");
  const { id } = order;
  switch (order.kind) {
    case "extend":
      await extend(state.server, order.extensions);
      return { kind: "extended", id };
    case "run":
      return { kind: "ran", id, ran: await run(state.server, order.statements, state.progress) };
    case "trace":
      return { kind: "traced", id, traced: await trace(state.server, order.statement) };
    case "rows":
      return { kind: "rows", id, rows: await rows(state.server, order.sql) };
    case "explain":
      return { kind: "explained", id, answers: await explainAll(state.server, order.statements) };
    case "disk":
      patchDisk(diskOf(state.server), dataFolder, order.orders);
      return { kind: "patched", id };
  }
};

self.onmessage = ({ data }: MessageEvent<Order>) => {
  void obey(data)
    .catch((error: unknown) => ({
      kind: "broken" as const,
      ...(data.kind === "open" ? {} : { id: data.id }),
      message: messageOf(error),
    }))
    .then(reply);
};
