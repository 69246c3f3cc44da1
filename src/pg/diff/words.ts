// Changes in words: for titles of steps, and for the names of migration files.
import type { Node } from "./node.ts";
import type { Kind, Part } from "./part.ts";

/** How people call a kind; attributes are called by what they are about. */
const nouns = {
  schema: "schema",
  extension: "extension",
  language: "language",
  "access method": "access method",
  collation: "collation",
  enum: "type",
  domain: "domain",
  "domain constraint": "domain constraint",
  composite: "type",
  range: "range type",
  "base type": "base type",
  "type shell": "shell of type",
  sequence: "sequence",
  "owned by": "owner of sequence",
  table: "table",
  partition: "partition",
  inheritance: "inheritance of",
  column: "column",
  default: "default of",
  constraint: "constraint",
  index: "index",
  view: "view",
  routine: "function",
  aggregate: "aggregate",
  operator: "operator",
  "operator family": "operator family",
  "operator class": "operator class",
  cast: "cast",
  transform: "transform",
  conversion: "conversion",
  trigger: "trigger",
  rule: "rule",
  policy: "policy",
  statistics: "statistics",
  "text search parser": "text search parser",
  "text search template": "text search template",
  "text search dictionary": "text search dictionary",
  "text search configuration": "text search configuration",
  "foreign-data wrapper": "foreign-data wrapper",
  server: "server",
  "user mapping": "user mapping",
  publication: "publication",
  "event trigger": "event trigger",
  "default privileges": "default privileges",
  owner: "owner of",
  comment: "comment on",
  grants: "privileges on",
} as const satisfies { [K in Kind]: string };

/** What stands in a key after its kind: `public.t.c`. */
const pathIn = (key: string): string =>
  key.replace(
    /^(owner column of |owner of |comment on |grants on )?(access method|domain constraint|operator family|operator class|type shell|text search \w+|foreign-data wrapper|user mapping|event trigger|default privileges|\S+) /,
    "",
  );

export const nounOf = (part: Part): string => {
  if (part.kind === "view" && part.value.materialized) return "materialized view";
  if (part.kind === "routine" && part.value.kind === "procedure") return "procedure";
  if (part.kind === "constraint")
    return {
      "primary-key": "primary key",
      unique: "unique constraint",
      exclusion: "exclusion constraint",
      "foreign-key": "foreign key",
      check: "check",
    }[part.value.kind];
  return nouns[part.kind];
};

/** `column public.users.email`. */
export const partText = (part: Part): string => `${nounOf(part)} ${pathIn(part.key)}`;

const verbs = { create: "add", drop: "drop", alter: "change" } as const;

export const titleOf = ({ act, change }: Node): string => {
  const part = "to" in change && act !== "drop" ? change.to : "from" in change ? change.from : change.to;
  const again =
    change.verb === "rebuild" || change.verb === "swap" ? (act === "drop" ? ", to make it again" : " again") : "";
  return `${verbs[act]} ${partText(part)}${again}`;
};
