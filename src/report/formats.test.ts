// What the readers of each format see: Jenkins and GitLab, GitHub's runner and code scanning, spreadsheets, comments.
import { describe, expect, test } from "bun:test";
import sarifSchema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";
import type { AnySchemaObject } from "ajv";
import { Ajv } from "ajv";
import type { ExitCode } from "../kernel/fault.ts";
import type { Finding } from "../kernel/finding.ts";
import type { Report, Reporter } from "../kernel/report.ts";
import { everyReport, hostile } from "../testing/reporter-contract.ts";
import { parseXml } from "../testing/xml.ts";
import { csv } from "./csv.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { htmlReporter } from "./html.ts";
import { human } from "./human.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { sarif } from "./sarif.ts";

const look = { color: true, unicode: true, width: 80, verbose: false };
const render = async (reporter: Reporter, report: Report, exit: ExitCode = 1): Promise<string> =>
  reporter.render(report, exit, look);

const missingIndex: Finding = {
  rule: "db/foreign-key-without-index",
  severity: "error",
  message: "orders.user_id has no index",
  at: { kind: "object", type: "table", schema: "public", name: "orders" },
  help: "add one",
  fix: { kind: "sql", up: "CREATE INDEX ON orders (user_id);", transactional: false },
};
const inFile: Finding = {
  rule: "api/no-description",
  severity: "warning",
  message: "the operation has no description",
  at: { kind: "pointer", path: "./spec files/api.yaml", pointer: "/paths/~1users", line: 12, column: 3 },
};
const report: Report = {
  command: "db analyze",
  blocks: [{ kind: "text", text: "2 tables" }],
  findings: [inFile, missingIndex],
  data: null,
};
const loaded: Report = {
  command: "load",
  title: "GET http://127.0.0.1:3000/",
  blocks: [],
  findings: [
    { rule: "load/threshold", severity: "error", message: "p99<5ms was missed: 9.00 ms", at: { kind: "project" } },
  ],
  checks: [
    { name: "p50<5ms", verdict: "passed", text: "1.00 ms", rule: "load/threshold" },
    { name: "p99<5ms", verdict: "failed", text: "9.00 ms", rule: "load/threshold" },
  ],
  data: null,
};

describe("junit", () => {
  test("limits are test cases, and the findings that say the same are not told twice", async () => {
    const { root, cases } = parseXml(await render(junit, loaded));
    expect(root).toMatchObject({ tests: "2", failures: "1", errors: "0" });
    expect(cases.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["p50<5ms", "passed"],
      ["p99<5ms", "failure"],
    ]);
  });
  test("an error fails its case, a warning does not, unless it is what the exit status is about", async () => {
    const outcomes = async (one: Report, exit: ExitCode) =>
      parseXml(await render(junit, one, exit)).cases.map(({ outcome }) => outcome);
    expect(await outcomes(report, 1)).toEqual(["failure", "passed"]);
    expect(await outcomes({ ...report, findings: [inFile] }, 0)).toEqual(["passed"]);
    expect(await outcomes({ ...report, findings: [inFile] }, 1)).toEqual(["failure"]);
    expect(await outcomes({ ...report, findings: [] }, 0)).toEqual(["passed"]);
    expect(await outcomes({ ...report, findings: [] }, 130)).toEqual(["error"]);
  });
  test("hostile text stays text, and every case has a name of its own", async () => {
    const { cases, texts } = parseXml(await render(junit, everyReport));
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(texts.join("")).toContain("</script>");
  });
});

/** What GitHub's runner would act on: commands at the start of a line, until they are stopped. */
const runnerCommands = (output: string): readonly string[] => {
  let stopped: string | undefined;
  return output.split("\n").flatMap((line) => {
    const found = /^\s*::([^ :]+)[^:]*::/.exec(line) ?? /##\[([^\]]+)\]/.exec(line);
    const name = found?.[1];
    if (name === undefined) return [];
    if (stopped !== undefined) {
      if (name === stopped) stopped = undefined;
      return [];
    }
    if (name === "stop-commands") stopped = line.trim().slice("::stop-commands::".length);
    return [name];
  });
};

describe("github", () => {
  test("one annotation for each finding, and no other command but the stop, whatever texts say", async () => {
    expect(runnerCommands(await render(github, everyReport)).toSorted()).toEqual(
      ["error", "error", "warning", "warning", "notice", "stop-commands"].toSorted(),
    );
    const sneaky = {
      ...everyReport,
      blocks: [{ kind: "text" as const, text: "::senior-report-0::\n::error::planted" }],
    };
    expect(runnerCommands(await render(github, sneaky)).filter((name) => name === "error")).toHaveLength(2);
  });
  test("file, line and column stand where the runner looks for them", async () => {
    expect(await render(github, report)).toContain(
      "::warning file=spec files/api.yaml,line=12,col=3,title=api/no-description::the operation has no description\n",
    );
  });
});

describe("sarif", () => {
  // Its dialect is an older one, of which it uses nothing that the newer does not know.
  const draft4: AnySchemaObject = { ...sarifSchema };
  delete draft4["$schema"];
  delete draft4["id"];
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false }).compile(
    draft4,
  );
  test.each([
    ["hostile", everyReport],
    ["usual", report],
    ["empty", { ...report, findings: [] }],
    [
      "fix",
      {
        ...report,
        findings: [{ ...inFile, fix: { kind: "edit", path: "a b.ts", start: 3, end: 5, text: "x" } as const }],
      },
    ],
  ])("is what the published schema says: %s", async (_name, one) => {
    validate(JSON.parse(await render(sarif, one)));
    expect(validate.errors ?? []).toEqual([]);
  });
  test("every result has a file, a line and a fingerprint that lasts when lines move", async () => {
    interface Result {
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly locations: readonly [
        { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } },
      ];
    }
    const results = async (one: Report) =>
      (JSON.parse(await render(sarif, one)) as { runs: [{ results: readonly Result[] }] }).runs[0].results;
    const moved = { ...inFile, at: { ...inFile.at, line: 40 } };
    const [first, second] = await results(report);
    expect(first?.locations[0].physicalLocation.artifactLocation.uri).toBe("table/public.orders");
    expect(second?.locations[0].physicalLocation.artifactLocation.uri).toBe("spec%20files/api.yaml");
    const [, later] = await results({ ...report, findings: [moved, missingIndex] });
    expect(later?.partialFingerprints).toEqual(second?.partialFingerprints ?? {});
    const twice = await results({ ...report, findings: [inFile, inFile] });
    expect(twice[0]?.partialFingerprints).not.toEqual(twice[1]?.partialFingerprints ?? {});
  });
});

test("gitlab: every required key, relative paths, fingerprints of their own", async () => {
  const issues = JSON.parse(await render(gitlab, everyReport)) as readonly {
    readonly description: string;
    readonly fingerprint: string;
    readonly severity: string;
    readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
  }[];
  expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(everyReport.findings.length);
  for (const { description, severity, location } of issues) {
    expect(description).not.toBe("");
    expect(["info", "minor", "major", "critical", "blocker"]).toContain(severity);
    expect(location.path).not.toMatch(/^[./]/);
    expect(location.lines.begin).toBeGreaterThanOrEqual(1);
  }
});

describe("csv", () => {
  test("no cell is a formula, quotes and commas survive, numbers stay numbers", async () => {
    const sheet = {
      columns: ["a", "b"],
      rows: [
        ["=cmd()", -1.5],
        ['+1,"x"', null],
        ["\uff1dx", Infinity],
      ],
    } as const;
    expect(await render(csv, { ...report, sheet })).toBe(`a,b\n'=cmd(),-1.5\n"'+1,""x""",\n'\uff1dx,\n`);
  });
  test("a report without a table gives its findings", async () => {
    expect((await render(csv, report)).split("\n")).toEqual([
      "severity,rule,place,file,line,message,help",
      "error,db/foreign-key-without-index,table public.orders,,,orders.user_id has no index,add one",
      "warning,api/no-description,./spec files/api.yaml:12:3 (#/paths/~1users),spec files/api.yaml,12,the operation has no description,",
      "",
    ]);
  });
});

describe("markdown", () => {
  test("hostile text makes no element, no link and no mention", async () => {
    const html = Bun.markdown.html(
      await render(markdown, { ...everyReport, blocks: everyReport.blocks.filter(({ kind }) => kind !== "markdown") }),
    );
    expect(html).not.toMatch(/<(img|script|a)\b/i);
    expect(html.replaceAll(/<(code|pre)[^>]*>[^]*?<\/\1>/g, "")).not.toContain("@all");
    // Every row of a table has as many cells as its head.
    for (const [table] of html.matchAll(/<table>[^]*?<\/table>/g)) {
      const cells = [...table.matchAll(/<tr>([^]*?)<\/tr>/g)].map(([row]) => row.match(/<t[hd][\s>]/g)?.length);
      expect(new Set(cells).size).toBe(1);
    }
  });
  test("the verdict comes first, then limits and findings with their fix", async () => {
    const text = await render(markdown, report);
    expect(text.split("\n").slice(0, 5)).toEqual([
      "<!-- senior db analyze -->",
      "",
      "## ❌ senior db analyze",
      "",
      "❌ 1 error · ⚠️ 1 warning",
    ]);
    expect(text).toContain("  ```sql\n  CREATE INDEX ON orders (user_id);\n  ```");
    expect(await render(markdown, loaded)).toContain("| `p99<5ms` | 9.00 ms | ❌ failed |");
  });
  test("it fits into a comment, and says what does not", async () => {
    const findings = Array.from({ length: 2000 }, (_, i) => ({ ...missingIndex, message: `${hostile} ${i}` }));
    const text = await render(markdown, { ...report, findings });
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/[\d,]+ more parts left out/);
  });
});

test.each([markdown, junit, sarif, github, htmlReporter, human])(
  "$name names what explains a finding",
  async (reporter) => {
    const explained = { ...missingIndex, readMore: { topic: "guide", section: "Indexes" } };
    const text = await render(reporter, { ...report, findings: [explained] });
    expect(text.replaceAll("&quot;", '"').replaceAll('\\"', '"')).toContain(
      'senior reference guide --section "Indexes"',
    );
  },
);
