// Drizzle's journal: which files it runs and in which order, and what its runner would skip in silence.
import { isObject } from "../../kernel/json.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Migration } from "./model.ts";
import type { Inside } from "./recognise.ts";

export interface JournalEntry {
  readonly tag: string;
  readonly when: number;
}

export interface Journal {
  readonly path: string;
  readonly text: string;
  readonly entries: readonly JournalEntry[];
  /** It is there and cannot be read. */
  readonly broken: boolean;
}

const entriesOf = (text: string): readonly JournalEntry[] | undefined => {
  try {
    const journal: unknown = JSON.parse(text);
    if (!isObject(journal) || !Array.isArray(journal["entries"])) return undefined;
    return (journal["entries"] as unknown[]).flatMap((entry) => {
      if (!isObject(entry)) return [];
      const { tag, when } = entry;
      return typeof tag === "string" ? [{ tag, when: typeof when === "number" ? when : 0 }] : [];
    });
  } catch {
    return undefined;
  }
};

export const journalOf = (files: readonly Inside[]): Journal | undefined => {
  const file = files.find(({ inside }) => inside === "meta/_journal.json");
  if (file === undefined) return undefined;
  const entries = entriesOf(file.text);
  return { path: file.path, text: file.text, entries: entries ?? [], broken: entries === undefined };
};

/** What the journal does not name is not run. */
export const inJournalOrder = (
  migrations: readonly Migration[],
  { entries, broken }: Journal,
): readonly Migration[] => {
  if (broken) return migrations;
  return entries.flatMap(({ tag }) => migrations.find(({ version }) => version === tag) ?? []);
};

const lineOf = (text: string, tag: string): number => {
  const at = text.indexOf(JSON.stringify(tag));
  return at < 0 ? 1 : text.slice(0, at).split("\n").length;
};

export const journalFindings = (journal: Journal, tags: ReadonlySet<string>): readonly Finding[] => {
  const { path, text, entries, broken } = journal;
  if (broken)
    return [
      {
        rule: "migration/journal",
        severity: "error",
        message: "the journal is no JSON with a list of entries; files were taken in the order of their names",
        at: { kind: "file", path },
      },
    ];
  const findings: Finding[] = [];
  let latest: JournalEntry | undefined;
  for (const entry of entries) {
    const at = { kind: "file", path, line: lineOf(text, entry.tag) } as const;
    if (!tags.has(entry.tag))
      findings.push({
        rule: "migration/journal",
        severity: "error",
        message: `the journal names ${entry.tag}, and there is no such file`,
        at,
        help: "put the file back, or take the entry out",
      });
    if (latest !== undefined && entry.when <= latest.when)
      findings.push({
        rule: "migration/journal",
        severity: "error",
        message: `${entry.tag} is dated before ${latest.tag}, which comes first: drizzle-kit and drizzle's migrate() skip it in silence where the other has run`,
        at,
        help: `give it a "when" above ${latest.when}`,
      });
    else latest = entry;
  }
  const named = new Set(entries.map(({ tag }) => tag));
  for (const tag of [...tags].filter((one) => !named.has(one)).sort())
    findings.push({
      rule: "migration/journal",
      severity: "warning",
      message: `${tag}.sql is not in the journal and never runs`,
      at: { kind: "file", path },
      help: "generate it with drizzle-kit, or take it away",
    });
  return findings;
};
