// Draws random edits on schemas and proves the way there and back: `bun scripts/judge-edits.ts SCHEMA.sql … [--seeds 1-100] [--edits 6]`.
import { parseArgs } from "node:util";
import { basename } from "node:path";
import { withShadow } from "../src/io/embedded/load-schema.ts";
import { loadSqlParser } from "../src/io/sql-parser.ts";
import { prepareSchema } from "../src/pg/prepare.ts";
import { proveEdits } from "./judge/edits.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "1-20" },
    edits: { type: "string", default: "6" },
    verbose: { type: "boolean", default: false },
  },
});

const [first = 1, last = first] = values.seeds.split("-").map(Number);
const counts = { proven: 0, refused: 0, wrong: 0, edits: 0 };
const parse = await loadSqlParser();
for (const path of positionals) {
  const base = prepareSchema([{ path, text: await Bun.file(path).text() }], parse);
  await withShadow({ deadlineMs: 120_000, signal: new AbortController().signal }, async (shadow) => {
    for (let seed = first; seed <= last; seed++) {
      const proof = await proveEdits(shadow, base, { seed, edits: Number(values.edits), renames: seed % 2 === 1 });
      counts[proof.outcome]++;
      counts.edits += proof.edits.length;
      if (proof.outcome === "proven" || (proof.outcome === "refused" && !values.verbose)) continue;
      console.log(`\n${proof.outcome} ${basename(path)} seed ${seed}\n  ${proof.edits.join(";\n  ")}`);
      for (const line of proof.trouble) console.log(`    ${line.slice(0, 700).replaceAll("\n", "\n    ")}`);
      if (!values.verbose) continue;
      console.log(`  up\n    ${proof.up.join(";\n    ")}`);
      console.log(`  down\n    ${proof.down.join(";\n    ")}`);
    }
  });
}
console.log(
  `\n${counts.proven} proven, ${counts.refused} refused, ${counts.wrong} wrong; ${counts.edits} edits on ${positionals.length} schemas`,
);
process.exit(0);
