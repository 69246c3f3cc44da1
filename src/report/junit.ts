// The reporter for test views: JUnit XML as Jenkins, GitLab and GitHub's test reporters read it.
import type { Finding } from "../kernel/finding.ts";
import { atLeast, severities, sortFindings } from "../kernel/finding.ts";
import type { ExitCode } from "../kernel/fault.ts";
import type { Check, Report, Reporter } from "../kernel/report.ts";
import { detailLines, lineOf, pathOf, placeText } from "./findings.ts";
import { drawBlocks } from "./human.ts";
import { oneLine, plain } from "./plain.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// XML 1.0 has no place for these, not even as entities.
const noCharacter = /[\ufffe\uffff]/g;

const xml = (value: string): string =>
  plain(value)
    .toWellFormed()
    .replace(noCharacter, "")
    .replace(/[&<>"]/g, (char) => entities[char] ?? char);

const attribute = (value: string): string => xml(oneLine(value));

interface Case {
  readonly name: string;
  readonly problem?: { readonly kind: "failure" | "error"; readonly type: string; readonly message: string };
  readonly text: string;
  readonly place?: string;
}

const checkCase = ({ name, verdict, text, rule }: Check): Case => ({
  name,
  text,
  ...(verdict === "passed"
    ? {}
    : {
        problem: {
          kind: "failure",
          type: rule ?? verdict,
          message: verdict === "unproven" ? `not shown to be met: ${text}` : text,
        },
      }),
});

const findingCase = (finding: Finding, fails: boolean): Case => {
  const line = lineOf(finding.at);
  return {
    name: `${finding.rule} ${placeText(finding.at)}`,
    text: detailLines(finding).join("\n"),
    ...("path" in finding.at
      ? { place: ` file="${attribute(pathOf(finding.at))}"${line === undefined ? "" : ` line="${line}"`}` }
      : {}),
    ...(fails ? { problem: { kind: "failure", type: finding.rule, message: finding.message } } : {}),
  };
};

/** What fails a test: errors; where the exit status says failed and there is no error, the worst that there is. */
const failing = (findings: readonly Finding[], exit: ExitCode) => {
  const worst = severities.find((severity) => findings.some((finding) => finding.severity === severity)) ?? "error";
  const least = exit === 1 ? worst : "error";
  return ({ severity }: Finding): boolean => atLeast(severity, least);
};

/** A run that did not come to its end is no test that failed: it is an error. */
const exitCase = (report: Report, exit: ExitCode): readonly Case[] =>
  exit === 0 || exit === 1
    ? []
    : [
        {
          name: `${report.command} ran to its end`,
          text: "",
          problem: { kind: "error", type: `exit ${exit}`, message: `ended with exit status ${exit}` },
        },
      ];

/** Names tell cases apart: the second of the same name gets a number. */
const distinct = (cases: readonly Case[]): readonly Case[] => {
  const seen = new Map<string, number>();
  return cases.map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    return count === 1 ? one : { ...one, name: `${one.name} (${count})` };
  });
};

const casesOf = (report: Report, exit: ExitCode): readonly Case[] => {
  const checks = report.checks ?? [];
  const told = new Set(checks.map(({ rule }) => rule));
  const findings = sortFindings(report.findings).filter(({ rule }) => !told.has(rule));
  const fails = failing(findings, checks.some(({ verdict }) => verdict !== "passed") ? 0 : exit);
  const cases = [
    ...checks.map(checkCase),
    ...findings.map((finding) => findingCase(finding, fails(finding))),
    ...exitCase(report, exit),
  ];
  // A suite without a case is a broken report to most readers.
  return distinct(cases.length > 0 ? cases : [{ name: report.title ?? report.command, text: "" }]);
};

const caseText = (suite: string, { name, problem, text, place = "" }: Case): string => {
  const head = `    <testcase classname="${attribute(suite)}" name="${attribute(name)}" time="0"${place}`;
  if (problem !== undefined) {
    const { kind, type, message } = problem;
    return `${head}>\n      <${kind} message="${attribute(message)}" type="${attribute(type)}">${xml(text)}</${kind}>\n    </testcase>`;
  }
  return text === "" ? `${head}/>` : `${head}>\n      <system-out>${xml(text)}</system-out>\n    </testcase>`;
};

export const junit: Reporter = {
  kind: "reporter",
  name: "junit",
  about: "JUnit XML: limits and findings as test cases",
  extensions: ["xml"],
  render(report, exit, look) {
    const cases = casesOf(report, exit);
    const count = (kind: "failure" | "error"): number => cases.filter(({ problem }) => problem?.kind === kind).length;
    const counts = `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" time="0"`;
    const suite = `senior.${report.command.replaceAll(" ", "-")}`;
    const drawn = drawBlocks(report.blocks, { ...look, color: false, width: 100 });
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="senior" ${counts}>`,
      `  <testsuite name="${attribute(report.title ?? `senior ${report.command}`)}" ${counts} skipped="0">`,
      ...cases.map((one) => caseText(suite, one)),
      ...(drawn === "" ? [] : [`    <system-out>${xml(drawn)}</system-out>`]),
      "  </testsuite>",
      "</testsuites>",
      "",
    ].join("\n");
  },
};
