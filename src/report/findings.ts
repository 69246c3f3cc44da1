// Findings as every reporter needs them: counted, made into one text, and with a fingerprint that lasts.
import type { Finding, Location, Severity } from "../kernel/finding.ts";
import { locationText, severities } from "../kernel/finding.ts";
import { plural } from "../kernel/words.ts";
import { oneLine, plain } from "./plain.ts";

/** `2 errors`, `1 note`: severities that occur, worst first. */
export const countsOf = (
  findings: readonly Finding[],
): readonly { readonly severity: Severity; readonly text: string }[] =>
  severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [{ severity, text: plural(count, severity === "info" ? "note" : severity) }];
  });

/** The place on one line. */
export const placeText = (at: Location): string => oneLine(locationText(at));

/** The fix as code, where it is code. */
export const fixCode = (finding: Finding): { readonly language: string; readonly text: string } | undefined => {
  const { fix } = finding;
  if (fix?.kind === "sql") return { language: "sql", text: plain(fix.up) };
  if (fix?.kind === "run") return { language: "sh", text: plain(fix.command) };
  return undefined;
};

/** The command that prints what the references say about the finding's rule. */
export const readMoreCommand = ({ readMore }: Finding): string | undefined =>
  readMore === undefined ? undefined : `senior reference ${readMore.topic} --section "${readMore.section}"`;

/** Message, evidence, help, fix and reference as lines of plain text. */
export const detailLines = (finding: Finding): readonly string[] => {
  const code = fixCode(finding);
  const more = readMoreCommand(finding);
  return [
    plain(finding.message),
    ...(finding.evidence === undefined ? [] : [plain(finding.evidence.note)]),
    ...(finding.help === undefined ? [] : [`help: ${plain(finding.help)}`]),
    ...(code === undefined ? [] : [`fix: ${code.text}`]),
    ...(more === undefined ? [] : [`read more: ${more}`]),
  ];
};

/** Without its line and column: those move when something above changes. */
const lasting = (at: Location): string => {
  if (at.kind === "file") return at.path;
  return at.kind === "pointer" ? `${at.path}#${at.pointer}` : locationText(at);
};

/** For each finding a name that stays when lines move, and differs from those of all others. */
export const fingerprints = (findings: readonly Finding[]): readonly string[] => {
  const seen = new Map<string, number>();
  return findings.map(({ rule, at, message }) => {
    const key = [rule, lasting(at), message].join("\0");
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return new Bun.CryptoHasher("sha256").update(`${key}\0${before}`).digest("hex").slice(0, 40);
  });
};

/** A path for tools that show findings in files alone: database objects and endpoints get one made of their names. */
export const pathOf = (at: Location): string => {
  if (at.kind === "file" || at.kind === "pointer") return oneLine(at.path).replace(/^\.\//, "");
  if (at.kind === "object") return oneLine(`${at.type}/${at.schema === undefined ? "" : `${at.schema}.`}${at.name}`);
  if (at.kind === "endpoint") return oneLine(`${at.method}/${at.url.replace(/^https?:\/\//, "").replace(/\?.*$/, "")}`);
  return "project";
};

export const lineOf = (at: Location): number | undefined => ("line" in at ? at.line : undefined);
export const columnOf = (at: Location): number | undefined => ("column" in at ? at.column : undefined);
