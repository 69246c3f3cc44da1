// Access control lists as grants: the server's short form (`app=r*w/boss`) in words.
import type { Grant } from "../catalog/object.ts";
import { compareText } from "../catalog/object.ts";

const words: Readonly<Record<string, string>> = {
  r: "SELECT",
  a: "INSERT",
  w: "UPDATE",
  d: "DELETE",
  D: "TRUNCATE",
  x: "REFERENCES",
  t: "TRIGGER",
  m: "MAINTAIN",
  X: "EXECUTE",
  U: "USAGE",
  C: "CREATE",
};

/** What the owner of an object may do with it, and what everybody may. */
interface Defaults {
  readonly owner: string;
  readonly everybody: string;
}

/** acldefault() of the server. MAINTAIN came with PostgreSQL 17. */
const defaults = {
  table: { owner: "arwdDxtm", everybody: "" },
  column: { owner: "", everybody: "" },
  sequence: { owner: "rwU", everybody: "" },
  routine: { owner: "X", everybody: "X" },
  type: { owner: "U", everybody: "U" },
  language: { owner: "U", everybody: "U" },
  schema: { owner: "UC", everybody: "" },
  service: { owner: "U", everybody: "" },
  "large object": { owner: "rw", everybody: "" },
} as const satisfies Readonly<Record<string, Defaults>>;

export type AclKind = keyof typeof defaults;

interface Rights {
  readonly all: Set<string>;
  readonly grantable: Set<string>;
}

/** A name ends at the first `=` outside quotes; a quote in a name is doubled. */
const entryParts = /^((?:"(?:[^"]|"")*"|[^"=])*)=([^/]*)\//;

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

const addEntry = (rights: Map<string, Rights>, entry: string): void => {
  const [, grantee = "", codes = ""] = entryParts.exec(entry) ?? [];
  const role = grantee === "" ? "public" : unquoted(grantee);
  const own = rights.get(role) ?? { all: new Set(), grantable: new Set() };
  rights.set(role, own);
  for (const [, code = "", passed] of codes.matchAll(/([a-zA-Z])(\*?)/g)) {
    own.all.add(code);
    if (passed === "*") own.grantable.add(code);
  }
};

const inWords = (codes: ReadonlySet<string>): readonly string[] =>
  [...codes].map((code) => words[code] ?? code).sort(compareText);

/**
 * The rights in force on an object. `acl` is undefined for the default ones. The owner is left out where it has exactly its own rights;
 * a column, and defaults for one schema, have no such rights: `owner` is then undefined.
 */
export const grantsOf = (
  acl: readonly string[] | undefined,
  kind: AclKind,
  owner: string | undefined,
  version: number,
): readonly Grant[] => {
  const { owner: full, everybody } = defaults[kind];
  const rights = new Map<string, Rights>();
  if (acl === undefined && everybody !== "") addEntry(rights, `=${everybody}/`);
  for (const entry of acl ?? []) addEntry(rights, entry);
  if (owner !== undefined) {
    const expected = version < 170000 ? full.replace("m", "") : full;
    const own = rights.get(owner);
    if (acl === undefined || (own?.all.size === expected.length && own.grantable.size === 0)) rights.delete(owner);
    else if (own === undefined) rights.set(owner, { all: new Set(), grantable: new Set() });
  }
  return [...rights]
    .map(([grantee, { all, grantable }]) => ({
      grantee,
      privileges: inWords(all),
      grantable: inWords(grantable),
      ...(grantee === owner ? { owners: true as const } : {}),
    }))
    .filter(({ grantee, privileges }) => privileges.length > 0 || grantee === owner)
    .sort((a, b) => compareText(a.grantee, b.grantee));
};
