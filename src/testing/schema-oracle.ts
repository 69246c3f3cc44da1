// An independent judge of values: @exodus/schemasafe, handed the schemas of a plan as one plain JSON Schema.
import { validator } from "@exodus/schemasafe";
import type { Direction } from "../api/emit-types.ts";
import { requiredNames } from "../api/accepts.ts";
import type { Schema } from "../api/model.ts";
import type { ApiPlan } from "../api/plan.ts";
import { isList } from "../api/print.ts";
import { keywordChecks, subschemaKeywords } from "../api/schema-keywords.ts";
import { fileKeyword, keywordsOf, listedTypes, refOf } from "../api/schema-view.ts";
import type { Json, JsonObject } from "../kernel/json.ts";

const annotations = ["deprecated", "description", "discriminator", "readOnly", "title", "writeOnly"];
const known = new Set(["$ref", "const", ...Object.keys(keywordChecks).filter((word) => !annotations.includes(word))]);

/** Formats that every reading agrees on; others are annotations. */
const formats = ["date", "date-time", "email", "ipv4", "ipv6", "uuid", "time", "duration", "json-pointer"];

/** Keywords that say nothing about the types that the schema lists: the oracle takes them for mistakes. */
const idleKeywords = (schema: JsonObject): ReadonlySet<string> => {
  const types = listedTypes(schema);
  if (types === undefined) return new Set();
  const live = new Set<string>(types.flatMap((type) => keywordsOf[type]));
  const all: readonly string[] = Object.values(keywordsOf).flat();
  return new Set(all.filter((keyword) => !live.has(keyword)));
};

/** The schema with `$defs` of all that it refers to, without what is not JSON Schema. */
const standalone = (plan: ApiPlan, schema: Schema, direction: Direction): Schema => {
  const names = new Map<string, string>();
  const queue: string[] = [];
  const nameOf = (ref: string): string => {
    const known = names.get(ref);
    if (known !== undefined) return known;
    const name = `d${names.size}`;
    names.set(ref, name);
    queue.push(ref);
    return name;
  };
  const plain = (one: Schema): Schema => {
    if (typeof one === "boolean") return one;
    if (one[fileKeyword] === true) return { type: "string" };
    const idle = idleKeywords(one);
    const entries = Object.entries(one).flatMap(([keyword, value]): readonly (readonly [string, Json])[] => {
      if (!known.has(keyword) || idle.has(keyword)) return [];
      if (keyword === "format" && (typeof value !== "string" || !formats.includes(value))) return [];
      if (keyword === "required") return [[keyword, [...requiredNames(one, { plan, direction })]]];
      if (keyword === "$ref") return [[keyword, `#/$defs/${nameOf(refOf(one) ?? "")}`]];
      const form = Object.hasOwn(subschemaKeywords, keyword) ? subschemaKeywords[keyword] : undefined;
      if (form === "one") return [[keyword, plain(value as Schema)]];
      if (form === "list" && isList(value)) return [[keyword, value.map((inner) => plain(inner as Schema))]];
      if (form === "map") {
        const map = Object.entries(value as JsonObject).map(([name, inner]) => [name, plain(inner as Schema)] as const);
        return [[keyword, Object.fromEntries(map)]];
      }
      return [[keyword, value]];
    });
    return Object.fromEntries(entries);
  };
  const root = plain(schema);
  const defs: Record<string, Json> = {};
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    defs[nameOf(ref)] = plain(plan.schemas.get(ref)?.named.schema ?? true);
  }
  return typeof root === "boolean" ? root : { ...root, $defs: defs };
};

type Mutable = Parameters<ReturnType<typeof validator>>[0];

/** A judge for one schema; undefined when the oracle itself cannot compile it. */
export const oracleFor = (
  plan: ApiPlan,
  schema: Schema,
  direction: Direction,
): ((value: Json) => boolean) | undefined => {
  try {
    const judge = validator(standalone(plan, schema, direction), {
      mode: "lax",
      $schemaDefault: "https://json-schema.org/draft/2020-12/schema",
      allowUnusedKeywords: true,
      allowUnreachable: true,
      formatAssertion: true,
      unmodifiedPrototypes: true,
    });
    return (value) => judge(value as Mutable);
  } catch {
    return undefined;
  }
};
