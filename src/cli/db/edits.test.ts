// A property: whatever edits a schema goes through, the way there and the way back are found, run, and lead where they should.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { proveEdits } from "../../../scripts/judge/edits.ts";
import { withShadow } from "../../io/embedded/load-schema.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import { prepareSchema } from "../../pg/prepare.ts";

// Random edits, always the same for a seed; each of these once led astray.
const astray = {
  "fixtures/edited.sql": { seeds: [5, 8, 23, 59, 62], edits: 7 },
  "../../pg/diff/fixtures/typed-tables/new.sql": { seeds: [508], edits: 8 },
};

for (const [file, { seeds, edits }] of Object.entries(astray))
  test(`random edits of ${file.replace("/new.sql", "").replace(/.*\//, "")} are proven forth and back`, async () => {
    const path = join(import.meta.dirname, file);
    const base = prepareSchema([{ path, text: await Bun.file(path).text() }], await loadSqlParser());
    await withShadow({ deadlineMs: 60_000, signal: new AbortController().signal }, async (shadow) => {
      for (const seed of seeds) {
        const proof = await proveEdits(shadow, base, { seed, edits, renames: seed % 2 === 1 });
        expect(proof).toMatchObject({ outcome: "proven", trouble: [] });
        expect(proof.edits).toHaveLength(edits);
      }
    });
  });
