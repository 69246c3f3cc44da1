// What is said about extensions that the embedded server does not have: they are shells, and what uses them is not proven.
import { isBundled } from "../../io/embedded/extensions.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Chain, Way } from "../../pg/migrations/model.ts";
import { placeIn } from "../../pg/prepare.ts";
import { textOf } from "../../pg/tree.ts";

const inWay = (way: Way): readonly (readonly [string, Finding])[] =>
  way.statements.flatMap(({ kind, fields, start }) => {
    const name = kind === "CreateExtensionStmt" ? textOf(fields["extname"]) : undefined;
    if (name === undefined || isBundled(name)) return [];
    const finding: Finding = {
      rule: "db/extension-shell",
      severity: "info",
      message: `the extension "${name}" is not part of the embedded PostgreSQL: it was loaded as an empty shell`,
      at: placeIn(way.file, start),
      help: "what uses its types and functions was run, and proves less",
    };
    return [[name, finding]];
  });

/** One note for each extension, where it is created first; whichever files are asked for, it concerns all after it. */
export const shellNotes = ({ migrations }: Chain): readonly Finding[] => {
  const notes = migrations.flatMap(({ up }) => inWay(up));
  return [...new Map(notes.toReversed()).values()].toReversed();
};
