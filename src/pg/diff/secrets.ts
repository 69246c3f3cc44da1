// Secrets of foreign data: never read or written, so that what is said of them is all that is known.
import type { Finding } from "../../kernel/finding.ts";
import type { Catalog } from "../catalog.ts";
import type { Part, PartOf, Parts } from "./part.ts";
import { partsOf } from "./parts.ts";
import { partText } from "./words.ts";

type Secretive = PartOf<"foreign-data wrapper"> | PartOf<"server"> | PartOf<"user mapping">;

export const isSecretive = (part: Part | undefined): part is Secretive =>
  part?.kind === "foreign-data wrapper" || part?.kind === "server" || part?.kind === "user mapping";

const missing = (part: Secretive, parts: Parts): readonly string[] => {
  const other = parts.byKey.get(part.key);
  if (!isSecretive(other)) return [];
  return part.value.secrets.filter((name) => !other.value.secrets.includes(name));
};

/** Secrets that what is there on both sides has on the new one alone: no step can set them. */
export const newSecrets = (from: Catalog, to: Catalog): readonly Finding[] => {
  const before = partsOf({ ...from, tables: [], views: [], routines: [], dependencies: [] });
  const after = partsOf({ ...to, tables: [], views: [], routines: [], dependencies: [] });
  return [...after.byKey.values()].filter(isSecretive).flatMap((part): readonly Finding[] => {
    const names = missing(part, before);
    if (names.length === 0) return [];
    return [
      {
        rule: "diff/secret",
        severity: "warning",
        message: `${partText(part)} is to have the secret ${names.join(", ")}, which is neither read nor written`,
        at: { kind: "object", type: part.kind, name: part.key.slice(part.kind.length + 1) },
        help: `set it by hand: ALTER … OPTIONS (ADD ${names[0] ?? ""} …)`,
      },
    ];
  });
};

/** What a file says nothing of stays: no file should hold a secret. */
export const withSecrets = (part: Secretive, before: Part | undefined): Part => {
  if (!isSecretive(before) || before.value.secrets.length === 0) return part;
  const secrets = [...new Set([...part.value.secrets, ...before.value.secrets])].sort();
  return { ...part, value: { ...part.value, secrets } } as Part;
};
