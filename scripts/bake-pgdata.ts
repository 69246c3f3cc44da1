// Makes the embedded server's data directory: initdb once, here, so that it never runs on a user's machine.
import { PGlite } from "@electric-sql/pglite";
import { rename } from "node:fs/promises";
import { dataDirectoryFile, dataDirectoryHash, hashOf } from "./pgdata.ts";

/** Settings of the throw-away server: one connection, nothing to survive a crash, nothing in the background. */
const settings: Readonly<Record<string, string>> = {
  shared_buffers: "4MB",
  max_connections: "2",
  max_locks_per_transaction: "4000",
  wal_level: "minimal",
  max_wal_senders: "0",
  min_wal_size: "2MB",
  max_wal_size: "32MB",
  autovacuum: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
};

/** A fast collation with the full range of characters; no checksums, since nothing is kept on a disk. */
const initdb = [
  "--username=postgres",
  "--auth=trust",
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--no-data-checksums",
  "--wal-segsize=1",
  ...Object.entries(settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
];

/** The templates are two thirds of a fresh directory, and nobody creates databases here. */
const shrink = [
  "update pg_database set datistemplate = false",
  "drop database template1",
  "drop database template0",
  "vacuum full",
  "checkpoint",
];

const server = await PGlite.create({ initDbStartParams: initdb });
for (const statement of shrink) await server.exec(statement);
const archive = await (await server.dumpDataDir("none")).bytes();
await server.close();

const packed = Bun.zstdCompressSync(archive, { level: 22 });
await Bun.write(`${dataDirectoryFile}.new`, packed);
await rename(`${dataDirectoryFile}.new`, dataDirectoryFile);
await Bun.write(dataDirectoryHash, `${hashOf(packed)}\n`);
console.log(`${dataDirectoryFile}  ${packed.length} bytes, ${archive.length} unpacked, sha256 ${hashOf(packed)}`);
process.exit(0);
