// Rails' structure.sql beside its db/migrate: which versions the dump lists, which the files have, and where the two part.
import type { Finding, Location } from "../../kernel/finding.ts";
import { listed, plural } from "../../kernel/words.ts";
import type { PreparedStatement, SchemaFile } from "../prepare.ts";
import { placeIn } from "../prepare.ts";
import { fieldsOf, listOf, only, textOf, walk } from "../tree.ts";

/** A migration in Ruby: its path, its version and its name, as Rails reads them from the file's name. */
export interface RubyMigration {
  readonly path: string;
  readonly version: string;
  readonly name: string;
}

/** A version that the dump lists as run, and where. */
export interface ListedVersion {
  readonly version: string;
  readonly file: SchemaFile;
  /** UTF-16 index in the file. */
  readonly index: number;
}

/** Undefined for what Rails passes over: it reads files whose names begin with a digit. */
export const rubyMigration = (path: string): RubyMigration | undefined => {
  const match = /^(\d+)_([_a-z0-9]*)(?:\.[_a-z0-9]*)?\.rb$/.exec(path.slice(path.lastIndexOf("/") + 1));
  return match === null ? undefined : { path, version: match[1] ?? "", name: match[2] ?? "" };
};

/** `001` and `1` are one version. */
const key = (version: string): string => version.replace(/^0+(?=\d)/, "");

const literals = (value: unknown): readonly string[] => {
  const found: string[] = [];
  walk(value, (fields) => found.push(...[textOf(fieldsOf(only(fields, "A_Const")?.["sval"])["sval"]) ?? []].flat()));
  return found;
};

const isRecord = ({ kind, fields }: PreparedStatement): boolean =>
  kind === "InsertStmt" && textOf(fieldsOf(fields["relation"])["relname"]) === "schema_migrations";

/** The rows that the dump inserts into schema_migrations, each with its own line. */
export const listedVersions = (statements: readonly PreparedStatement[]): readonly ListedVersion[] =>
  statements.filter(isRecord).flatMap(({ fields, file, start, sql }) => {
    let from = 0;
    const rows = listOf(only(fields["selectStmt"], "SelectStmt")?.["valuesLists"]);
    return rows.flatMap(literals).map((version) => {
      const at = sql.indexOf(`'${version}'`, from);
      if (at >= 0) from = at + 1;
      return { version, file, index: start + Math.max(at, 0) };
    });
  });

const inRuby = (path: string): Location => ({ kind: "file", path, line: 1, column: 1 });

/** What Rails itself refuses before it runs anything. */
const twice = (migrations: readonly RubyMigration[]): readonly Finding[] =>
  (["version", "name"] as const).flatMap((what) => {
    const seen = new Map<string, RubyMigration>();
    return migrations.flatMap((one): readonly Finding[] => {
      const is = what === "version" ? key(one.version) : one.name;
      const other = seen.get(is);
      if (other === undefined) {
        seen.set(is, one);
        return [];
      }
      return [
        {
          rule: "migration/duplicate-version",
          severity: "error",
          message:
            what === "version"
              ? `version ${one.version} is also that of ${other.path}: Rails runs neither`
              : `the name ${one.name} is also that of ${other.path}: both make the same class, and Rails runs neither`,
          at: inRuby(one.path),
          help: "give one of them a version and a name of its own",
        },
      ];
    });
  });

const unlisted = (one: RubyMigration, structure: SchemaFile): Finding => ({
  rule: "verify/structure-behind",
  severity: "error",
  message: `${structure.path} does not list version ${one.version}: a database that is loaded from it has this migration pending`,
  at: inRuby(one.path),
  help: "run bin/rails db:migrate and commit the dump together with the migration",
});

/** Newer than a file that is there, so nobody cleared it away with the old ones. */
const withoutFile = ({ version, file, index }: ListedVersion): Finding => ({
  rule: "verify/structure-ahead",
  severity: "warning",
  message: `version ${version} is listed as run, and no file of db/migrate has it`,
  at: placeIn(file, index),
  help: "the dump was made on another branch, or the migration was deleted: dump it anew from a database with this branch's migrations alone",
});

const clearedAway = (list: readonly ListedVersion[], oldest: RubyMigration): readonly Finding[] => {
  const [first] = list;
  if (first === undefined) return [];
  return [
    {
      rule: "verify/structure-ahead",
      severity: "info",
      message: `${plural(list.length, "version")} older than ${oldest.path} ${list.length === 1 ? "has" : "have"} no file any more: only the dump can make this schema`,
      at: placeIn(first.file, first.index),
    },
  ];
};

const listedTwice = (list: readonly ListedVersion[]): readonly Finding[] => {
  const seen = new Set<string>();
  const again = list.filter(({ version }) => seen.has(version) || !seen.add(version));
  const [first] = again;
  if (first === undefined) return [];
  const names = listed([...new Set(again.map(({ version }) => version))].slice(0, 3));
  return [
    {
      rule: "verify/structure-refused",
      severity: "error",
      message: `version ${names} is listed twice: schema_migrations refuses the second when the dump is loaded`,
      at: placeIn(first.file, first.index),
      help: "keep one of the lines; a merge left both",
    },
  ];
};

const order = (a: string, b: string): number => key(a).length - key(b).length || (key(a) < key(b) ? -1 : 1);

/** Where dump and files part. A dump that lists nothing keeps its versions elsewhere, and is not held against the files. */
export const versionFindings = (
  structure: SchemaFile,
  list: readonly ListedVersion[],
  migrations: readonly RubyMigration[],
): readonly Finding[] => {
  const sorted = migrations.toSorted((a, b) => order(a.version, b.version));
  const [oldest] = sorted;
  const doubles = [...twice(sorted), ...listedTwice(list)];
  if (list.length === 0 || oldest === undefined) return doubles;
  const [known, files] = [
    new Set(list.map(({ version }) => key(version))),
    new Set(sorted.map((one) => key(one.version))),
  ];
  const lone = list.filter(({ version }) => !files.has(key(version))).toSorted((a, b) => order(a.version, b.version));
  return [
    ...doubles,
    ...sorted.filter(({ version }) => !known.has(key(version))).map((one) => unlisted(one, structure)),
    ...clearedAway(
      lone.filter(({ version }) => order(version, oldest.version) < 0),
      oldest,
    ),
    ...lone.filter(({ version }) => order(version, oldest.version) > 0).map(withoutFile),
  ];
};
