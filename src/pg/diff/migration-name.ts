// What a migration is called: by its changes, in words that runners do not take for something else.
import { wordsOf } from "../../kernel/words.ts";
import type { Part } from "./part.ts";
import type { Segment } from "./plan.ts";
import { nounOf } from "./words.ts";

/** A last word that runners take for the direction of a file gets another after it. */
export const slug = (text: string): string =>
  wordsOf(text)
    .join("_")
    .slice(0, 60)
    .replace(/_$/, "")
    .replace(/(^|_)(up|down|undo|rollback)$/, "$&_change") || "change_schema";

const ownName = ({ value }: Part): string => ("name" in value && typeof value.name === "string" ? value.name : "");
const tableName = ({ value }: Part): string =>
  "table" in value && typeof value.table === "object" ? value.table.name : "";

const acts = { create: "add", drop: "drop", alter: "change", rebuild: "rebuild", swap: "change" } as const;

/** An index is replaced in three files: each says which part of it it does. */
const actOnIndex = (part: Part, statements: readonly string[]): string | undefined => {
  const [sql] = statements;
  if (part.kind !== "index" || sql === undefined || statements.length > 1) return undefined;
  return /^CREATE (UNIQUE )?INDEX /.test(sql)
    ? "add"
    : sql.startsWith("DROP INDEX ")
      ? "drop old"
      : / RENAME TO \S*__before"?$/.test(sql)
        ? "set aside"
        : undefined;
};

/** What a segment is about: attributes and helpers of what else it does are not worth a name. */
const subjects = ({ steps }: Segment): readonly { readonly act: string; readonly part: Part }[] => {
  const all = steps.map(({ change, title, statements }) => {
    const part = "to" in change ? change.to : change.from;
    const onIndex = change.verb === "alter" ? actOnIndex(part, statements) : undefined;
    return { act: onIndex ?? /^(rename|move) /.exec(title)?.[1] ?? acts[change.verb], part };
  });
  const main = all.filter(({ part }) => !["owner", "grants", "comment", "owned by", "default"].includes(part.kind));
  return main.length === 0 ? all : main;
};

const singular = (name: string): string => (/[^s]s$/.test(name) ? name.slice(0, -1) : name);

const verbPhrase = (act: string, part: Part): string => {
  const [name, table] = [ownName(part), tableName(part)];
  if (part.kind === "table") return `${act === "add" ? "create" : act} ${name}`;
  if (part.kind === "column") return `${act} ${name} ${act === "add" ? "to" : act === "drop" ? "from" : "of"} ${table}`;
  if (part.kind === "comment" || part.kind === "grants" || part.kind === "owner")
    return `change ${part.kind === "grants" ? "privileges" : part.kind} of ${part.value.key.replace(/^\S+ ([^.]*\.)?/, "")}`;
  if (part.kind === "default") return `${act} default of ${name} of ${table}`;
  const noun = nounOf(part);
  if (name === "") return `${act} ${noun} ${table}`;
  return name.toLowerCase().startsWith(`${noun}_`) ? `${act} ${name}` : `${act} ${noun} ${name}`;
};

/** `add_email_to_users`, `add_user_indexes`, `change_users_and_orders`. */
export const nameOf = (segment: Segment): string => {
  if (segment.name !== undefined) return slug(segment.name);
  const all = subjects(segment);
  const first = all[0];
  if (first === undefined) return "change_schema";
  const phrases = [...new Set(all.map(({ act, part }) => verbPhrase(act, part)))];
  const validates =
    segment.kind === "late" &&
    segment.steps.every(({ statements }) => statements.some((sql) => sql.includes(" VALIDATE ")))
      ? "validate "
      : segment.kind === "contract"
        ? "contract "
        : "";
  if (phrases.length === 1)
    return slug(
      validates === "validate " ? `validate ${verbPhrase("", first.part)}` : verbPhrase(first.act, first.part),
    );
  const tables = [
    ...new Set(
      all.map(({ part }) => (part.kind === "table" ? ownName(part) : tableName(part))).filter((name) => name !== ""),
    ),
  ];
  const kinds = new Set(all.map(({ part }) => nounOf(part)));
  const oneAct = new Set(all.map(({ act }) => act)).size === 1 ? first.act : "change";
  if (kinds.size === 1 && tables.length === 1 && first.part.kind !== "table") {
    const noun = nounOf(first.part);
    return slug(
      `${validates}${validates === "" ? oneAct : ""} ${singular(tables[0] ?? "")} ${noun === "index" ? "indexes" : `${noun}s`}`,
    );
  }
  if (tables.length > 0 && tables.length <= 3)
    return slug(
      `${validates === "" ? (kinds.has("table") && oneAct === "add" ? "create " : "change ") : validates}${tables.join(" and ")}`,
    );
  if (kinds.size === 1) return slug(`${validates}${validates === "" ? oneAct : ""} ${all.length} ${first.part.kind}s`);
  const made = all.find(({ act, part }) => act === "add" && part.kind === "table");
  const begin = made === undefined ? `change ${tables[0] ?? "schema"}` : `create ${ownName(made.part)}`;
  const more = tables.length > 1 ? ` and ${tables.length - 1} more` : "";
  return slug(validates === "" ? `${begin.slice(0, 50)}${more}` : `${validates}${tables[0] ?? "schema"}${more}`);
};
