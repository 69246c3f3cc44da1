// The reporter for programs: one JSON envelope for every command.
import type { Json } from "../kernel/json.ts";
import { sortFindings } from "../kernel/finding.ts";
import type { Reporter } from "../kernel/report.ts";

/** The version of the envelope; a change that breaks readers raises it. */
export const envelopeVersion = "senior/report/1";

/** JSON Schema (2020-12) of what `--json` prints; `senior schema report` prints it. */
export const envelopeSchema: Json = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://senior-backend.invalid/schema/report-1.json",
  title: "What `senior … --json` prints",
  type: "object",
  required: ["schema", "command", "exit", "findings", "data"],
  additionalProperties: false,
  properties: {
    schema: { const: envelopeVersion },
    command: { type: "string", description: "The command as typed, without flags" },
    exit: { type: "integer", description: "The exit status of the process" },
    findings: { type: "array", items: { $ref: "#/$defs/finding" } },
    data: { description: "The command's own result; durations are milliseconds and their names end in Ms" },
    dryRun: { const: true, description: "Nothing was written: `files` says what would become of each file" },
    files: {
      type: "array",
      description: "What became of each generated file",
      items: {
        type: "object",
        required: ["path", "change"],
        properties: {
          path: { type: "string" },
          change: { enum: ["created", "updated", "replaced", "merged", "kept", "unchanged", "conflict", "removed"] },
        },
      },
    },
  },
  $defs: {
    finding: {
      type: "object",
      required: ["rule", "severity", "message", "at"],
      properties: {
        rule: { type: "string", pattern: "^[a-z0-9-]+/[a-z0-9-]+$" },
        severity: { enum: ["error", "warning", "info"] },
        message: { type: "string" },
        at: {
          type: "object",
          required: ["kind"],
          properties: { kind: { enum: ["file", "pointer", "object", "endpoint", "project"] } },
        },
        help: { type: "string" },
        fix: { type: "object", required: ["kind"], properties: { kind: { enum: ["edit", "sql", "run"] } } },
        evidence: { type: "object", required: ["note"], properties: { note: { type: "string" } } },
        readMore: {
          type: "object",
          description: "The section that `senior reference TOPIC --section SECTION` prints",
          required: ["topic", "section"],
          properties: { topic: { type: "string" }, section: { type: "string" } },
        },
      },
    },
  },
};

// What JSON allows raw and a terminal acts on or hides: DEL, C1 controls, bidirectional and invisible characters.
const acting = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Indented JSON that is safe to look at: the same value, with acting characters escaped. */
export const jsonText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(acting, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;

export const json: Reporter = {
  kind: "reporter",
  name: "json",
  about: "one JSON object for programs; `senior schema report` prints its schema",
  extensions: ["json"],
  render(report, exit) {
    const envelope = {
      schema: envelopeVersion,
      command: report.command,
      exit,
      findings: sortFindings(report.findings),
      data: report.data,
      ...(report.written === undefined ? {} : { files: report.written }),
      ...(report.dryRun === true ? { dryRun: true } : {}),
    };
    return jsonText(envelope);
  },
};
