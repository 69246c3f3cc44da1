// Every reporter under one contract, and what people see of each block.
import { describe, expect, test } from "bun:test";
import type { Block, Look } from "../kernel/report.ts";
import { reporterContract } from "../testing/reporter-contract.ts";
import { drawBlocks, human } from "./human.ts";
import { reporters } from "./index.ts";
import { oneLine, plain } from "./plain.ts";

const look: Look = { color: false, unicode: true, width: 60, verbose: false };
const draw = (block: Block, changes: Partial<Look> = {}): string => drawBlocks([block], { ...look, ...changes });

describe("contract", () => {
  for (const reporter of reporters) reporterContract(reporter);
});

describe("blocks", () => {
  test("tables align by display width and wrap their last column", () => {
    const table: Block = {
      kind: "table",
      columns: [{ title: "name" }, { title: "n", align: "right" }, { title: "about" }],
      rows: [
        ["日本", "1", "short"],
        ["users", "1,000", "a long sentence that has to go on below itself in its own column"],
      ],
    };
    expect(draw(table)).toBe(
      [
        "  name       n  about",
        "  日本       1  short",
        "  users  1,000  a long sentence that has to go on below",
        "                itself in its own column",
      ].join("\n"),
    );
  });

  test("bars scale to the largest, with or without block characters", () => {
    const bars: Block = {
      kind: "bars",
      title: "latency",
      bars: [
        { label: "p50", value: 5, text: "5 ms" },
        { label: "p99", value: 10, text: "10 ms" },
      ],
    };
    const lines = draw(bars).split("\n");
    expect(lines[2]?.match(/█/g)?.length).toBe(2 * (lines[1]?.match(/█/g)?.length ?? 0));
    expect(draw(bars, { unicode: false })).toContain("##########");
  });

  test("lines keep their peaks when they are squeezed", () => {
    const y = Array.from({ length: 1000 }, (_, i) => (i === 517 ? 9 : 1));
    const drawn = draw({
      kind: "lines",
      title: "rate",
      unit: "/s",
      x: y.map((_, i) => i),
      series: [{ label: "a", y }],
    });
    expect(drawn).toContain("highest 9 /s");
    expect(drawn.match(/█/g)).toHaveLength(1);
  });

  test("heat maps show zero as nothing", () => {
    const block: Block = {
      kind: "heatmap",
      title: "t",
      rows: ["1 ms"],
      columns: ["1", "2", "3"],
      counts: [[0, 1, 100]],
    };
    expect(draw(block)).toBe("t\n  1 ms  ░█");
  });
});

test("findings show their place, their reason and their fix", async () => {
  const text = await human.render(
    {
      command: "x",
      blocks: [{ kind: "text", text: "done" }],
      findings: [
        {
          rule: "db/x",
          severity: "warning",
          message: "no index",
          at: { kind: "object", type: "table", schema: "public", name: "orders" },
          help: "add one",
          fix: { kind: "sql", up: "CREATE INDEX …;", transactional: false },
        },
      ],
      data: null,
    },
    0,
    look,
  );
  expect(text).toBe(
    "done\n\nwarning table public.orders db/x\n  no index\n  help: add one\n  CREATE INDEX …;\n\n1 warning\n",
  );
});

test("files are counted, and a dry run says that it is one", async () => {
  const written = [
    { path: "out/a.ts", change: "created" },
    { path: "out/b.ts", change: "unchanged" },
  ] as const;
  const report = { command: "x", blocks: [], findings: [], data: null, written };
  expect(await human.render(report, 0, look)).toBe("  created out/a.ts\n2 files: 1 created, 1 unchanged\n");
  expect(await human.render({ ...report, dryRun: true }, 0, look)).toBe(
    "  would create out/a.ts\nnothing written: 2 files, 1 would change\n",
  );
});

test("raw text is printed as it is", async () => {
  expect(await human.render({ command: "x", blocks: [], findings: [], data: null, raw: "{}\n" }, 0, look)).toBe("{}\n");
});

test("plain text has no effect on a terminal", () => {
  expect(plain("a\u001b]8;;http://evil\u0007b\u001b]8;;\u0007\u001b[2Jc\r\nd\te\u202ef")).toBe("abc\nd\tef");
  expect(oneLine("a\n  b")).toBe("a b");
});
