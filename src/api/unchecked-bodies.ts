// Bodies that a document describes by a schema, in a media type that no schema is held against: XML, CSV and the like.
import type { Finding } from "../kernel/finding.ts";
import { plural } from "../kernel/words.ts";
import { kindOf } from "./content.ts";
import type { ApiModel, Content, Schema } from "./model.ts";
import { listedTypes, refOf } from "./schema-view.ts";

const isText = (schema: Schema): boolean => {
  if (typeof schema === "boolean") return schema;
  const types = listedTypes(schema);
  return types === undefined ? Object.keys(schema).length === 0 : types.join() === "string";
};

const isUnchecked = ({ schemas }: ApiModel, content: Content): boolean => {
  const { schema } = content;
  const kind = kindOf(content);
  if (kind !== "text" && kind !== "bytes") return false;
  const ref = typeof schema === "boolean" ? undefined : refOf(schema);
  return !isText(schemas.find(({ pointer }) => `#${pointer}` === ref)?.schema ?? schema);
};

/** One for each media type, at its first place. */
export const uncheckedBodies = (api: ApiModel, path: string): readonly Finding[] => {
  const contents = api.operations.flatMap(({ body }) => body?.contents ?? []).filter((one) => isUnchecked(api, one));
  return [...Map.groupBy(contents, ({ mediaType }) => mediaType)].flatMap(([mediaType, [first, ...more]]) => {
    if (first === undefined) return [];
    const given = kindOf(first) === "text" ? "as text" : "as bytes";
    return [
      {
        rule: "api/unchecked-body",
        severity: "info",
        message: `${mediaType} is handed on ${given}: nothing holds it against its schema (${plural(more.length + 1, "body", "bodies")})`,
        at: { kind: "pointer", path, pointer: first.pointer },
        help: "check it in the handler, or take the media type out of the document",
      } as const,
    ];
  });
};
