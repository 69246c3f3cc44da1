// The reporter for code scanning: SARIF 2.1.0, one run, with rules, fingerprints and fixes.
import packageJson from "../../package.json" with { type: "json" };
import type { Finding, Location, Severity } from "../kernel/finding.ts";
import { sortFindings } from "../kernel/finding.ts";
import type { Reporter } from "../kernel/report.ts";
import { columnOf, detailLines, fingerprints, lineOf, pathOf, placeText, readMoreCommand } from "./findings.ts";
import { jsonText } from "./json.ts";
import { oneLine, plain } from "./plain.ts";

const levels = { error: "error", warning: "warning", info: "note" } as const satisfies Record<Severity, string>;

/** A relative reference by RFC 3986: every part of the path escaped for itself. */
const uriOf = (path: string): string => {
  const escaped = path.toWellFormed().replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return escaped === "" ? "project" : escaped;
};

/** Readers such as GitHub's take a result only with a file: objects and endpoints get one made of their names. */
const locationOf = (at: Location) => ({
  physicalLocation: {
    artifactLocation: { uri: uriOf(pathOf(at)) },
    region: {
      startLine: lineOf(at) ?? 1,
      ...(columnOf(at) === undefined ? {} : { startColumn: columnOf(at) }),
    },
  },
  ...(at.kind === "file" ? {} : { logicalLocations: [{ fullyQualifiedName: placeText(at), kind: logicalKind(at) }] }),
});

const logicalKind = (at: Location): string =>
  at.kind === "object" ? oneLine(at.type) : at.kind === "pointer" ? "element" : "resource";

const fixesOf = ({ fix }: Finding) =>
  fix?.kind !== "edit"
    ? {}
    : {
        fixes: [
          {
            artifactChanges: [
              {
                artifactLocation: { uri: uriOf(oneLine(fix.path)) },
                replacements: [
                  {
                    deletedRegion: { charOffset: fix.start, charLength: fix.end - fix.start },
                    insertedContent: { text: fix.text },
                  },
                ],
              },
            ],
          },
        ],
      };

const resultOf = (finding: Finding, fingerprint: string, rules: readonly string[]) => ({
  ruleId: finding.rule,
  ruleIndex: rules.indexOf(finding.rule),
  level: levels[finding.severity],
  message: { text: detailLines(finding).join("\n") },
  locations: [locationOf(finding.at)],
  partialFingerprints: { "seniorFinding/v1": fingerprint },
  ...fixesOf(finding),
});

const ruleOf = (id: string, findings: readonly Finding[]) => {
  const own = findings.filter(({ rule }) => rule === id);
  const more = own.flatMap((finding) => readMoreCommand(finding) ?? [])[0];
  const lines = [
    own.find((finding) => finding.help !== undefined)?.help,
    more === undefined ? undefined : `read more: ${more}`,
  ];
  const help = lines.filter((line) => line !== undefined).join("\n");
  return {
    id,
    name: id.replace(/(?:^|[/-])(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: id.replace(/^.*\//, "").replaceAll("-", " ") },
    ...(help === "" ? {} : { help: { text: plain(help) } }),
    defaultConfiguration: { level: levels[own[0]?.severity ?? "info"] },
  };
};

export const sarif: Reporter = {
  kind: "reporter",
  name: "sarif",
  about: "SARIF 2.1.0 for code scanning",
  extensions: ["sarif", "sarif.json", "json"],
  render(report, exit) {
    const findings = sortFindings(report.findings);
    const prints = fingerprints(findings);
    const rules = [...new Set(findings.map(({ rule }) => rule))].sort();
    return jsonText({
      $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              name: "senior",
              semanticVersion: packageJson.version,
              rules: rules.map((rule) => ruleOf(rule, findings)),
            },
          },
          // Runs of different commands on the same commit stand beside each other.
          automationDetails: { id: `senior/${report.command.replaceAll(" ", "-")}/` },
          invocations: [{ executionSuccessful: exit === 0 || exit === 1, exitCode: exit }],
          columnKind: "utf16CodeUnits",
          results: findings.map((finding, i) => resultOf(finding, prints[i] ?? "", rules)),
        },
      ],
    });
  },
};
