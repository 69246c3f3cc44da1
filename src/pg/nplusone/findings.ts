// N+1 queries as findings: what is asked in a loop, after which statement, and the one query that asks for all.
import type { Finding } from "../../kernel/finding.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { NPlusOne } from "./find.ts";

const longest = 200;
const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

const count = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US"));

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** `order_id = $1` as `order_id = ANY ($1)`, in the statement's own words; undefined where more than that must change. */
const forAll = ({ child, lookup, parents }: NPlusOne): string | undefined => {
  const key = parents[0]?.road.to;
  if (key === undefined || lookup.aggregates || lookup.limited) return undefined;
  const pattern = new RegExp(`((?:[\\w"]+\\.)*"?${escaped(key)}"?\\s*=\\s*)(\\$\\d+)(?!\\d)`, "i");
  return pattern.test(child.text) ? child.text.replace(pattern, "$1ANY ($2)") : undefined;
};

const join = ({ lookup, parents }: NPlusOne): string | undefined => {
  const road = parents[0]?.road;
  if (road === undefined || road.kind !== "one") return undefined;
  return `JOIN ${quotePath(lookup.table)} t ON t.${quoteName(road.to)} = ${quoteName(road.parent.name)}.${quoteName(road.from)}`;
};

const rewrite = (found: NPlusOne): string => {
  const { lookup, parents } = found;
  const key = parents[0]?.road.to ?? lookup.columns[0] ?? "id";
  const all = forAll(found);
  const joined = join(found);
  if (lookup.aggregates)
    return `ask once for all rows: the same aggregate with ${quoteName(key)} in its list, WHERE ${quoteName(key)} = ANY ($1) GROUP BY ${quoteName(key)}`;
  if (lookup.limited && parents[0]?.road.kind === "many")
    return `ask once for all rows: SELECT DISTINCT ON (${quoteName(key)}) … WHERE ${quoteName(key)} = ANY ($1) ORDER BY ${quoteName(key)}, …; or a LATERAL join`;
  const once =
    all === undefined || !all.includes(key)
      ? `ask once for all rows: … WHERE ${quoteName(key)} = ANY ($1)`
      : `ask once for all rows, with their key in the list: ${cut(all)}`;
  return joined === undefined ? once : `${once}; or ${joined} in the first statement`;
};

/** A warning where windows show it; a note where one look cannot tell it from chance. */
export const nPlusOneFindings = (found: readonly NPlusOne[]): readonly Finding[] =>
  found.map((one): Finding => {
    const { grade, child, parents, callsPerRow, variation, windows, fanOut, savedPerMinute } = one;
    const roads = [...new Set(parents.map(({ road }) => road.constraint))].join(", ");
    const calls = `${count(fanOut)} calls after each`;
    return {
      rule: "db/n-plus-one",
      severity: grade === "likely" ? "warning" : "info",
      message: `${grade} N+1: ${cut(child.text)} is called once for each row of ${parents.map(({ statement }) => cut(statement.text)).join(" and of ")}: ${calls}${savedPerMinute === undefined ? "" : `, ${count(savedPerMinute)} round trips a minute too many`}`,
      at: { kind: "object", type: "statement", name: child.queryId },
      help:
        grade === "likely" || windows > 0
          ? rewrite(one)
          : `${rewrite(one)}; one look at the counters may be chance: --watch 60s looks several times`,
      evidence: {
        note: `foreign key ${roads}; ${callsPerRow.toFixed(2)} calls for each row${variation === undefined ? ", by one look at the counters" : `, ± ${(variation * 100).toFixed(1)} % over ${windows} windows`}`,
        data: {
          grade,
          child: child.queryId,
          parents: parents.map(({ statement }) => statement.queryId),
          callsPerRow,
          variation: variation ?? null,
          windows,
          fanOut,
          savedPerMinute: savedPerMinute ?? null,
        },
      },
    };
  });
