// A report: what a command found out, as blocks for people, findings, and data for programs. Rendering is elsewhere.
import type { ExitCode } from "./fault.ts";
import type { FileSet, WrittenFile } from "./fileset.ts";
import type { Finding } from "./finding.ts";
import type { Json } from "./json.ts";

export type Tone = "plain" | "good" | "bad" | "warn" | "dim";

/** `text` fields are plain text: reporters strip control characters and escape for their own format. */
export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "text"; readonly text: string; readonly tone?: Tone }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | {
      readonly kind: "table";
      readonly columns: readonly { readonly title: string; readonly align?: "left" | "right" }[];
      readonly rows: readonly (readonly string[])[];
      /** One for each row, where a row is good or bad news. */
      readonly tones?: readonly Tone[];
    }
  /** A verdict in one word, and what it rests on: `VALID`, `CLIENT-BOUND`. */
  | { readonly kind: "stamp"; readonly label: string; readonly text: string; readonly tone: Tone }
  /** The report's checks as a table; reporters that show them first leave it out. */
  | { readonly kind: "checks"; readonly title: string; readonly checks: readonly Check[] }
  /** The few figures that matter most. */
  | {
      readonly kind: "figures";
      readonly figures: readonly {
        readonly label: string;
        readonly value: string;
        readonly note?: string;
        readonly tone?: Tone;
      }[];
    }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "markdown"; readonly text: string }
  /** Horizontal bars: one value each, with its text at the right. */
  | {
      readonly kind: "bars";
      readonly title: string;
      readonly bars: readonly { readonly label: string; readonly value: number; readonly text: string }[];
    }
  /** Lines over a shared horizontal axis, as sparklines on a terminal. A null is a gap. */
  | {
      readonly kind: "lines";
      readonly title: string;
      readonly unit: string;
      readonly x: readonly number[];
      readonly series: readonly { readonly label: string; readonly y: readonly (number | null)[] }[];
      /** What the horizontal axis counts. Seconds by default. */
      readonly axis?: string;
      /** Places on the horizontal axis by name, where numbers would say nothing. */
      readonly ticks?: readonly { readonly at: number; readonly label: string }[];
      /** The vertical axis by powers of ten. */
      readonly logarithmic?: boolean;
      /** Intervals on the horizontal axis that mean something: a phase, an outage. */
      readonly spans?: readonly { readonly from: number; readonly to: number; readonly label: string }[];
    }
  /** Estimates with their intervals on one scale, and the margin within which a difference does not count. */
  | {
      readonly kind: "ranges";
      readonly title: string;
      readonly unit: string;
      readonly margin: number;
      readonly rows: readonly {
        readonly label: string;
        readonly low: number;
        readonly estimate: number;
        readonly high: number;
        readonly text: string;
        readonly tone: Tone;
      }[];
    }
  /** Counts by row and column; rows from top to bottom. */
  | {
      readonly kind: "heatmap";
      readonly title: string;
      readonly rows: readonly string[];
      readonly columns: readonly string[];
      readonly counts: readonly (readonly number[])[];
    };

/** Something that was held against a limit or an expectation. `unproven` did not pass. */
export interface Check {
  readonly name: string;
  readonly verdict: "passed" | "failed" | "unproven";
  /** What was seen. */
  readonly text: string;
  /** Findings of this rule say the same. */
  readonly rule?: Finding["rule"];
}

/** The result as one table of plain values, for spreadsheets. */
export interface Sheet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface Report<Data extends Json = Json> {
  /** The command as typed, without flags: `db analyze`. */
  readonly command: string;
  /** What the report is about, in one line: `GET http://localhost:3000/users`. */
  readonly title?: string;
  readonly blocks: readonly Block[];
  /** The blocks of a page with room for charts, where those are not the ones of a terminal. Drawn only when asked for. */
  readonly page?: () => readonly Block[];
  readonly checks?: readonly Check[];
  readonly sheet?: Sheet;
  readonly findings: readonly Finding[];
  /** Exact text that people get instead of blocks: a generated document, a schema. Printed as it is. */
  readonly raw?: string;
  /** What programs read. Durations are milliseconds and their names end in `Ms`. */
  readonly data: Data;
  readonly files?: FileSet;
  /** What became of `files`; filled in once they are written, or would be under `--dry-run`. */
  readonly written?: readonly WrittenFile[];
  /** `written` says what would happen; nothing was written. */
  readonly dryRun?: boolean;
  /** The exit status when it is not decided by findings alone: a kill criterion (1), nothing reached (4), a signal (130). */
  readonly exit?: ExitCode;
}

/** What the output can show. `width` is columns. */
export interface Look {
  readonly color: boolean;
  readonly unicode: boolean;
  readonly width: number;
  readonly verbose: boolean;
}

/** Renders a finished report; never prints. `exit` is the status the process will end with. */
export interface Reporter {
  readonly kind: "reporter";
  readonly name: string;
  readonly about: string;
  /** Ends of file names that mean this format, without the dot. The first reporter that lists one gets it. */
  readonly extensions?: readonly string[];
  render(report: Report, exit: ExitCode, look: Look): string | Promise<string>;
}

export const heading = (text: string): Block => ({ kind: "heading", text });
export const text = (value: string, tone: Tone = "plain"): Block => ({ kind: "text", text: value, tone });
export const list = (items: readonly string[]): Block => ({ kind: "list", items });
