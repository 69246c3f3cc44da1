// Failures in words: what happened, where, and what to do next.
import type { ExitCode } from "../kernel/fault.ts";
import { Fault } from "../kernel/fault.ts";
import { locationText } from "../kernel/finding.ts";
import type { Finding } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import type { Look } from "../kernel/report.ts";
import { envelopeVersion } from "../report/json.ts";
import { painter } from "../report/paint.ts";
import { oneLine, plain } from "../report/plain.ts";

const bugHelp = "this is a bug in senior; please report it with the text above, after taking out what is private";

const lines = (value: string): string =>
  plain(value)
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");

/** What standard error shows. A bug of ours shows its stack; a user's mistake never does. */
export const faultText = (error: unknown, usage: string | undefined, look: Look): string => {
  const paint = painter(look);
  const label = paint("error", "error:");
  if (!(error instanceof Fault)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${label} ${plain(stack)}\n  ${paint("dim", "help:")} ${bugHelp}\n`;
  }
  const place = error.at === undefined ? "" : `${oneLine(locationText(error.at))}: `;
  return [
    `${label} ${place}${plain(error.message)}`,
    ...(error.frame === undefined ? [] : [lines(error.frame)]),
    `  ${paint("dim", "help:")} ${plain(error.help)}`,
    ...(usage !== undefined && error.code.startsWith("usage.") ? [`  ${paint("dim", "usage:")} ${usage}`] : []),
    "",
  ].join("\n");
};

interface FaultReport {
  readonly schema: string;
  readonly command: string;
  readonly exit: ExitCode;
  readonly findings: readonly Finding[];
  readonly data: Json;
}

/** The same for programs: the usual envelope, with the failure as its one finding. */
export const faultReport = (error: unknown, command: string): FaultReport => {
  const known = error instanceof Fault;
  const finding: Finding = {
    rule: known ? `fault/${error.code.replace(".", "-")}` : "fault/bug",
    severity: "error",
    message: error instanceof Error ? error.message : String(error),
    at: known && error.at !== undefined ? error.at : { kind: "project" },
    help: known ? error.help : bugHelp,
  };
  return {
    schema: envelopeVersion,
    command,
    exit: known ? error.exit : 70,
    findings: [finding],
    data: known ? error.data : null,
  };
};
