// A schema file in production's place: with production's statistics for the tables that it has too, or with assumed ones.
import type { Io } from "../../io/io.ts";
import { plural } from "../../kernel/words.ts";
import type { Snapshot } from "../../pg/snapshot.ts";
import { assumedStatistics, unmeasuredTables } from "../../pg/whatif/assume.ts";
import { statisticsFor } from "../../pg/whatif/carry-statistics.ts";
import { noWorkload } from "../../pg/workload/model.ts";
import { readCatalog } from "../sources.ts";

/** `measured` is where statistics and workload come from, where there is such a place. */
export const schemaProduction = async (
  io: Io,
  path: string,
  measured: Snapshot | undefined,
  deadlineMs: number,
): Promise<Snapshot> => {
  const { reading, source } = await readCatalog(io, { kind: "files", path }, { schemas: [], deadlineMs });
  if (measured === undefined)
    return {
      reading,
      statistics: assumedStatistics(reading.catalog, io.now().toISOString()),
      workload: noWorkload(source, "file", "a schema file counts no statements"),
      source,
    };
  const statistics = statisticsFor(reading.catalog, measured.statistics);
  const fresh = unmeasuredTables(reading.catalog, statistics).size;
  return {
    reading: { ...reading, server: measured.reading.server },
    statistics: {
      ...statistics,
      gaps: [
        ...statistics.gaps,
        ...(fresh === 0 ? [] : [`of ${plural(fresh, "table")} of ${path} ${measured.source} has no statistics`]),
      ],
    },
    workload: measured.workload,
    source: `${path}, with the statistics of ${measured.source}`,
  };
};
