// What went wrong on the way of a chain, as findings with the file, the line and PostgreSQL's own words.
import type { Finding, Severity } from "../../kernel/finding.ts";
import { listed, plural } from "../../kernel/words.ts";
import type { Migration, Way } from "../migrations/model.ts";
import { characterIndex } from "../positions.ts";
import { placeIn } from "../prepare.ts";
import { errorText } from "../trial.ts";
import type { Step, Trouble, Unwind, Verified } from "./model.ts";
import type { Difference } from "./state.ts";
import { differenceText } from "./state.ts";

const places = ({ way, statement, error }: Trouble) => {
  const sql = way.text.slice(statement.start, statement.end);
  const offset = error.position === undefined ? 0 : characterIndex(sql, error.position - 1);
  return placeIn(way.file, statement.start + Math.min(offset, sql.length));
};

const troubleFinding = (
  rule: Finding["rule"],
  severity: Severity,
  trouble: Trouble,
  message: string,
  help: string,
): Finding => ({
  rule,
  severity,
  message: `${message}: ${errorText(trouble.error)}`,
  at: places(trouble),
  help: trouble.error.hint ?? help,
});

const startOf = (way: Way) => placeIn(way.file, way.statements[0]?.start ?? 0);

const mostShown = 4;

const differenceWords = (differences: readonly Difference[]): string => {
  const words = differences.map(differenceText);
  const more = words.length - mostShown;
  return `${words.slice(0, mostShown).join("; ")}${more > 0 ? `; and ${plural(more, "more difference")}` : ""}`;
};

const differing = (
  rule: Finding["rule"],
  at: Way,
  differences: readonly Difference[],
  words: string,
  help: string,
): Finding => ({
  rule,
  severity: "error",
  message: `${words}: ${differenceWords(differences)}`,
  at: startOf(at),
  help,
  evidence: {
    note: "catalogs of the embedded PostgreSQL, compared before and after",
    data: differences.map(({ kind, name, before, after }) => ({
      kind,
      name,
      before: before ?? null,
      after: after ?? null,
    })),
  },
});

const lostFinding = (way: Way, lost: readonly string[]): Finding => {
  const shown = lost.slice(0, 6);
  const more = lost.length - shown.length;
  return {
    rule: "verify/values-lost",
    severity: "warning",
    message: `forth and back, values are lost or changed: ${listed(more > 0 ? [...shown, `${more} more`] : shown)}`,
    at: startOf(way),
    help: "the way back makes the structure again, not what was in it: take a copy of these values on the way forth",
  };
};

const ofStep = ({ migration, up, rows, down, unrestored, lost, again, againDiffers }: Step): readonly Finding[] => {
  const { down: way = migration.up } = migration;
  return [
    ...(up === undefined
      ? []
      : [
          troubleFinding(
            "verify/up-refused",
            "error",
            up,
            "PostgreSQL refuses the way forth",
            "mend it before anything else: every migration after it stands on it",
          ),
        ]),
    ...rows.map((trouble) =>
      troubleFinding(
        "verify/rows-refused",
        // Any row at all lacks a value for a new column; whether others fit depends on the rows.
        trouble.error.sqlstate === "23502" ? "warning" : "info",
        trouble,
        "works on empty tables, and was refused with invented rows in them",
        "say what rows that exist get: a default, a backfill before the constraint, or NOT VALID first",
      ),
    ),
    ...(down === undefined
      ? []
      : [
          troubleFinding(
            "verify/down-refused",
            "error",
            down,
            "PostgreSQL refuses the way back, right after its own way forth",
            "mend the way back, or take it out where there is none",
          ),
        ]),
    ...(unrestored.length === 0
      ? []
      : [
          differing(
            "verify/not-restored",
            way,
            unrestored,
            "the way back does not restore what was before",
            "make the way back undo all that the way forth does",
          ),
        ]),
    ...(lost.length === 0 ? [] : [lostFinding(way, lost)]),
    ...(again === undefined
      ? []
      : [
          troubleFinding(
            "verify/up-again-refused",
            "error",
            again,
            "after the way back, the way forth is refused",
            "make the way back take away all that the way forth makes",
          ),
        ]),
    ...(againDiffers.length === 0
      ? []
      : [
          differing(
            "verify/up-again-differs",
            migration.up,
            againDiffers,
            "the second way forth leads elsewhere than the first",
            "make it independent of what was there by chance",
          ),
        ]),
  ];
};

/** Failures that each step alone has told already are not told again. */
const ofUnwind = ({ steps, again }: Unwind, told: ReadonlySet<Migration>): readonly Finding[] => [
  ...steps.flatMap(({ migration, trouble, unrestored, afterTrouble }): readonly Finding[] => {
    if (trouble === undefined && unrestored.length === 0) return [];
    if (told.has(migration)) return [];
    if (afterTrouble) return [];
    if (trouble !== undefined)
      return [
        troubleFinding(
          "verify/unwind-refused",
          "error",
          trouble,
          "right after its own way forth the way back works; once later migrations have run and were undone it is refused",
          "later rows or names stand in its way",
        ),
      ];
    return [
      differing(
        "verify/unwind-differs",
        migration.down ?? migration.up,
        unrestored,
        "in one unwind of the whole chain it does not restore what was before",
        "make the way back independent of later names",
      ),
    ];
  }),
  ...(again?.trouble === undefined
    ? []
    : [
        troubleFinding(
          "verify/up-again-refused",
          "error",
          again.trouble,
          "after the whole chain was undone, the way forth is refused",
          "make the ways back take away all that the ways forth make",
        ),
      ]),
  ...(again === undefined || again.differs.length === 0
    ? []
    : [
        {
          rule: "verify/up-again-differs" as const,
          severity: "error" as const,
          message: `after the whole chain was undone, the way forth leads elsewhere: ${differenceWords(again.differs)}`,
          at: { kind: "project" as const },
        },
      ]),
];

/** Refused only because of what went wrong before them: told together, since mending the others mends them. */
const cascade = ({ steps }: Unwind, told: ReadonlySet<Migration>): readonly Finding[] => {
  const refused = steps.flatMap(({ migration, trouble, afterTrouble }) =>
    afterTrouble && trouble !== undefined && !told.has(migration) ? [trouble] : [],
  );
  const [first, ...others] = refused;
  if (first === undefined) return [];
  const more =
    others.length === 0 ? "" : `, and so ${others.length === 1 ? "is" : "are"} ${plural(others.length, "other")}`;
  return [
    {
      ...troubleFinding(
        "verify/cascade",
        "info",
        first,
        "works right after its own way forth; in one unwind of the whole chain it is refused, since what ran before it left something else",
        "mend those that do not restore first",
      ),
      evidence: {
        note: `of the whole unwind${more}`,
        data: refused.map((trouble) => ({ file: trouble.way.file.path, error: errorText(trouble.error) })),
      },
    },
  ];
};

export const verifyFindings = ({ steps, unwind }: Verified): readonly Finding[] => {
  const told = new Set(
    steps
      .filter(({ down, unrestored }) => down !== undefined || unrestored.length > 0)
      .map(({ migration }) => migration),
  );
  return [
    ...steps.flatMap(ofStep),
    ...(unwind === undefined ? [] : [...ofUnwind(unwind, told), ...cascade(unwind, told)]),
  ];
};
