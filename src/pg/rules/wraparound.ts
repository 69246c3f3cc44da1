// Rules: databases that come near the end of their transaction ids or multixact ids.
import type { Found } from "../../kernel/rule.ts";
import { settingNumber } from "../health/measures.ts";
import { vacuumHolders } from "../health/holders.ts";
import type { DatabaseAge, Live, OldRelation } from "../health/model.ts";
import { globalAt, graded, pathText, liveRule } from "./rule.ts";

/** Where the server refuses to write: three million before half of 2^32. */
export const lastTransaction = 2 ** 31 - 3_000_000;

interface Counter {
  readonly word: string;
  readonly setting: string;
  readonly age: (one: Pick<DatabaseAge | OldRelation, "transactionAge" | "multixactAge">) => number;
}

const millions = (count: number): string => `${Math.round(count / 1_000_000).toLocaleString("en-US")} million`;

const oldestText = ({ oldest }: Live, { age }: Counter): string =>
  oldest
    .toSorted((a, b) => age(b) - age(a))
    .slice(0, 3)
    .map((one) => `${pathText(one)} (${millions(age(one))})`)
    .join(", ");

function* checkAges(live: Live, counter: Counter): Iterable<Found> {
  const limit = settingNumber(live, counter.setting) ?? 200_000_000;
  for (const database of live.databases) {
    const age = counter.age(database);
    const severity = graded(
      ["error", age >= 1_200_000_000],
      // Autovacuum has been forced for a while, and did not get there.
      ["warning", age >= Math.max(limit * 1.5, 300_000_000)],
    );
    if (severity === undefined) continue;
    const here = database.name === live.database.name;
    const holders = vacuumHolders(live).slice(0, 2);
    yield {
      severity,
      message: `database ${database.name} is ${millions(age)} ${counter.word} old; at ${millions(lastTransaction)} the server stops accepting writes, and at ${millions(limit)} autovacuum should have dealt with it`,
      at: globalAt("database", database.name),
      evidence: {
        note: [
          ...(here ? [`oldest tables: ${oldestText(live, counter)}`] : ["connect to that database to see its tables"]),
          ...(holders.length > 0 ? [`what holds vacuum back: ${holders.map(({ text }) => text).join(", ")}`] : []),
        ].join("; "),
        data: { age, limit, stop: lastTransaction },
      },
    };
  }
}

export const transactionWraparound = liveRule({
  id: "db/transaction-wraparound",
  severity: "warning",
  about: "Databases on their way to transaction-id wraparound",
  help: "end what holds vacuum back, then VACUUM the oldest tables; on them, autovacuum_vacuum_cost_delay = 0 lets it run at full speed",
  *check(health) {
    yield* checkAges(health, {
      word: "transactions",
      setting: "autovacuum_freeze_max_age",
      age: ({ transactionAge }) => transactionAge,
    });
  },
});

export const multixactWraparound = liveRule({
  id: "db/multixact-wraparound",
  severity: "warning",
  about: "Databases on their way to multixact wraparound: many rows locked by several transactions at once",
  help: "VACUUM the oldest tables; look for foreign keys on few, busy parent rows and for SELECT … FOR SHARE",
  *check(health) {
    yield* checkAges(health, {
      word: "multixacts",
      setting: "autovacuum_multixact_freeze_max_age",
      age: ({ multixactAge }) => multixactAge,
    });
  },
});
