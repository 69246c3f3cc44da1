// The reporter for GitLab's Code Quality: one object for each finding, as its merge request widget reads them.
import type { Severity } from "../kernel/finding.ts";
import { sortFindings } from "../kernel/finding.ts";
import type { Reporter } from "../kernel/report.ts";
import { fingerprints, lineOf, pathOf } from "./findings.ts";
import { jsonText } from "./json.ts";
import { oneLine } from "./plain.ts";

const severities = { error: "critical", warning: "minor", info: "info" } as const satisfies Record<Severity, string>;

export const gitlab: Reporter = {
  kind: "reporter",
  name: "gitlab",
  about: "GitLab Code Quality JSON",
  extensions: ["codequality.json", "code-quality-report.json", "json"],
  render(report) {
    const findings = sortFindings(report.findings);
    const prints = fingerprints(findings);
    return jsonText(
      findings.map(({ rule, severity, message, at }, i) => ({
        description: oneLine(message),
        check_name: rule,
        fingerprint: prints[i] ?? "",
        severity: severities[severity],
        location: { path: pathOf(at), lines: { begin: lineOf(at) ?? 1 } },
      })),
    );
  },
};
