// The report of db diff: what differs, what each step may do, what was proven, and the files.
import type { Finding, Location, Severity } from "../../kernel/finding.ts";
import type { Block, Report } from "../../kernel/report.ts";
import { heading, text } from "../../kernel/report.ts";
import { plural } from "../../kernel/words.ts";
import type { HazardKind } from "./hazard-kinds.ts";
import type { Migration } from "./migration.ts";
import type { Rehearsed } from "./rehearse.ts";
import type { Candidate, Renaming } from "./renaming.ts";
import type { Step } from "./plan.ts";

export interface DiffInput {
  readonly from: string;
  readonly to: string;
  readonly hashes: { readonly from: string; readonly to: string };
  readonly rehearsed: Rehearsed;
  readonly migrations: readonly Migration[];
  readonly renamings: readonly Pick<Renaming, "from" | "to">[];
  readonly candidates: readonly Candidate[];
  readonly notes: readonly Finding[];
  /** Rows that the way forth loses, where a server was there to be asked, by table. */
  readonly losses: readonly { readonly what: string; readonly rows: number }[];
  readonly written: boolean;
}

const severities: Readonly<Record<HazardKind, Severity>> = {
  "data loss": "warning",
  "invented values": "warning",
  ambiguity: "warning",
  "may fail": "info",
  rewrite: "warning",
  lock: "warning",
  breaking: "info",
  rebuild: "info",
};

const located = ({ change }: Step): Finding["at"] => {
  const part = "to" in change ? change.to : change.from;
  const { value } = part as unknown as {
    readonly value: {
      readonly schema?: string;
      readonly name?: string;
      readonly table?: { readonly schema: string; readonly name: string };
    };
  };
  const schema = value.schema ?? value.table?.schema;
  const name = [...(value.table === undefined ? [] : [value.table.name]), value.name ?? ""].join(".");
  return { kind: "object", type: part.kind, ...(schema === undefined ? {} : { schema }), name };
};

const helps: Partial<Readonly<Record<HazardKind, string>>> = {
  "data loss": "keep a copy if it may be needed again",
  "invented values":
    "name an expression with --fill schema.table.column=EXPRESSION; or let it be null first, and fill a large table with senior db backfill",
  ambiguity: "say which zone they are in: --using \"schema.table.column=column AT TIME ZONE 'UTC'\"",
  rewrite:
    "where users cannot wait: --expand writes a column beside it, a trigger that keeps both in step, the backfill and the swap",
};

/** Tables that are copied whole have no other way. */
const helpFor = (kind: HazardKind, at: Location): string | undefined =>
  kind === "rewrite" && at.kind === "object" && at.type === "table" ? undefined : helps[kind];

/** A change in two files has its hazards in both: they are told once. */
const distinct = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((one) => [JSON.stringify([one.rule, one.message, one.at]), one])).values(),
];

const findingsOf = ({ migrations, notes, losses }: DiffInput): readonly Finding[] => [
  ...notes,
  ...hazardFindings({ migrations, losses }),
];

const hazardFindings = ({ migrations, losses }: Pick<DiffInput, "migrations" | "losses">): readonly Finding[] =>
  distinct(
    migrations.flatMap(({ leg }) =>
      leg.segment.steps.flatMap((step) =>
        step.hazards.map(({ kind, message }): Finding => {
          const at = located(step);
          const help = helpFor(kind, at);
          const loss = losses.find(({ what }) => kind === "data loss" && message.includes(what));
          const counted = loss === undefined ? message : `${message} (${plural(loss.rows, "row")} now)`;
          return {
            rule: `diff/${kind.replace(" ", "-")}`,
            severity: severities[kind],
            message: counted,
            at,
            ...(help === undefined ? {} : { help }),
          };
        }),
      ),
    ),
  );

const segmentWords = {
  early: "new values, in a transaction of their own",
  main: "one transaction",
  alone: "outside of a transaction",
  late: "one transaction, after the ones before",
  contract: "one transaction, when no running code uses what it drops",
} as const;

const fileBlocks = ({ migrations }: DiffInput): readonly Block[] =>
  migrations.flatMap(({ leg, files, up, down }) => [
    heading(files[0]?.path ?? ""),
    text(segmentWords[leg.segment.kind], "dim"),
    ...(leg.segment.notes ?? []).map((note) => text(note)),
    { kind: "list", items: [...new Set(leg.segment.steps.map(({ title }) => title))] } satisfies Block,
    { kind: "code", language: "sql", text: up } satisfies Block,
    text("the way back", "dim"),
    { kind: "code", language: "sql", text: down } satisfies Block,
  ]);

const proofText = ({ rehearsed: { proof, legs } }: DiffInput): string => {
  const rows = `${plural(proof.rows, "row")} in ${plural(proof.tables, "table")}`;
  const left = legs.reduce((sum, { unrestored }) => sum + unrestored.length, 0);
  const back = left === 0 ? "and back to where it began" : `and back, but for ${plural(left, "thing")}`;
  return `Proven on a copy filled with ${rows}: the way leads to the new schema ${back}.`;
};

const guesses = ({ renamings, candidates }: DiffInput): readonly Block[] =>
  renamings.length === 0
    ? []
    : [
        heading("Renames"),
        {
          kind: "table",
          columns: [{ title: "from" }, { title: "to" }, { title: "because" }],
          rows: renamings.map(({ from, to }) => {
            const guess = candidates.find((one) => one.from === from && one.to === to);
            return [from, to, guess === undefined ? "you said so" : `${guess.reasons.join(", ")} (${guess.score})`];
          }),
        },
      ];

const refusedRows = ({ rehearsed: { proof } }: DiffInput): readonly Block[] =>
  proof.refused.length === 0
    ? []
    : [
        text("Invented rows stood in the way of these; real ones may too:", "warn"),
        { kind: "list", items: proof.refused.map(({ statement, message }) => `${message}: ${statement}`) },
      ];

const emptyBlocks = ({ from, to }: DiffInput): readonly Block[] => [
  heading(`${from} → ${to}`),
  text("Nothing differs.", "good"),
];

/** Between expand and contract people have work to do: in which order. */
const orderBlocks = ({ migrations, rehearsed: { backfills = [] } }: DiffInput): readonly Block[] => {
  const [first, end] = [migrations[0], migrations.at(-2)];
  if (backfills.length === 0 || first === undefined || end === undefined) return [];
  return [
    heading("In this order"),
    {
      kind: "list",
      items: [
        `senior db migrate FOLDER --to ${first.version}`,
        ...backfills,
        `senior db migrate FOLDER --to ${end.version}`,
        "deploy the release that uses the new schema, and see the one before it gone",
        "senior db migrate FOLDER --accept-data-loss (the old columns go; what they held stands in the new ones)",
      ],
    },
  ];
};

/** Of all migrations together. */
export const countSteps = (migrations: readonly Migration[]): number =>
  migrations.reduce((sum, { leg }) => sum + leg.segment.steps.length, 0);

export const diffReport = (input: DiffInput): Report => {
  const { migrations, rehearsed, hashes } = input;
  const blocks: readonly Block[] =
    migrations.length === 0
      ? emptyBlocks(input)
      : [
          heading(`${input.from} → ${input.to}`),
          text(`${plural(countSteps(migrations), "step")} in ${plural(migrations.length, "migration")}`, "dim"),
          ...guesses(input),
          ...fileBlocks(input),
          ...orderBlocks(input),
          heading("Proof"),
          text(proofText(input), "good"),
          ...refusedRows(input),
        ];
  return {
    command: "db diff",
    blocks,
    findings: findingsOf(input),
    data: {
      from: { source: input.from, hash: hashes.from },
      to: { source: input.to, hash: hashes.to },
      empty: migrations.length === 0,
      migrations: migrations.map(({ version, name, leg, files, up, down }) => ({
        version,
        name,
        kind: leg.segment.kind,
        transactional: leg.segment.kind !== "alone",
        files: files.map(({ path }) => path),
        steps: leg.segment.steps.map(({ title, statements, hazards }) => ({
          title,
          statements: [...statements],
          hazards: hazards.map(({ kind, message }) => ({ kind, message })),
        })),
        up,
        down,
        downStatements: [...leg.down],
        unrestored: [...leg.unrestored],
      })),
      backfills: [...(rehearsed.backfills ?? [])],
      renames: input.renamings.map(({ from, to }) => ({ from, to })),
      candidates: input.candidates.map(({ kind, from, to, score, reasons }) => ({
        kind,
        from,
        to,
        score,
        reasons: [...reasons],
      })),
      proof: {
        tables: rehearsed.proof.tables,
        rows: rehearsed.proof.rows,
        refused: rehearsed.proof.refused.map(({ statement, message }) => ({ statement, message })),
      },
      losses: input.losses.map(({ what, rows }) => ({ what, rows })),
    },
  };
};
