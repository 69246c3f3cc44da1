// Sequences of items: which media types are some, what each item is, and how it is written.
import type { Json, JsonObject } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import type { Content, Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { get, listedTypes, schemaIn, schemaMapIn, schemasIn } from "./schema-view.ts";

/** How items are written: a line each (JSON Lines), after a record separator (RFC 7464), or as server-sent events. */
export type SequenceForm = "json-lines" | "json-seq" | "events";

/** The form of a media type's items, or undefined where it has none. */
export const sequenceForm = (mediaType: string): SequenceForm | undefined => {
  if (/[/+](x-)?(ndjson|jsonl|jsonlines|json-lines)$/.test(mediaType)) return "json-lines";
  if (/[/+]json-seq$/.test(mediaType)) return "json-seq";
  return mediaType === "text/event-stream" ? "events" : undefined;
};

/** Undefined for a content that is one value. */
export const sequenceOf = ({ mediaType, items }: Pick<Content, "mediaType" | "items">): SequenceForm | undefined =>
  items === undefined ? undefined : sequenceForm(mediaType);

const choices = ["allOf", "anyOf", "oneOf"];

/** What the text of an event's data holds, where it is JSON and described. */
const parsedData = (data: Schema): Schema | undefined => {
  if (typeof data === "boolean") return undefined;
  const mediaType = get(data, "contentMediaType") ?? "application/json";
  return typeof mediaType === "string" && /[/+]json$/.test(mediaType) ? schemaIn(data, "contentSchema") : undefined;
};

/** An event as handlers give it: its data is the value that the JSON text says. */
const eventSchema = (plan: ApiPlan, schema: Schema, seen: ReadonlySet<Schema> = new Set()): Schema => {
  const target = followed(plan, schema);
  if (typeof target === "boolean" || seen.has(target)) return schema;
  const within = new Set([...seen, target]);
  const changes: Record<string, Json> = {};
  for (const keyword of choices) {
    const members = schemasIn(target, keyword);
    const read = members.map((one) => eventSchema(plan, one, within));
    if (read.some((one, index) => one !== members[index])) changes[keyword] = read;
  }
  const properties = new Map(schemaMapIn(target, "properties"));
  const data = parsedData(followed(plan, properties.get("data") ?? true));
  if (data !== undefined) changes["properties"] = Object.fromEntries([...properties, ["data", data]]);
  return Object.keys(changes).length === 0 ? schema : { ...target, ...changes };
};

/** The schema of one item, as handlers and validators have it. */
export const itemSchema = (plan: ApiPlan, content: Content): Schema =>
  sequenceOf(content) === "events" ? eventSchema(plan, content.items ?? true) : (content.items ?? true);

/** All items at once. */
export const listSchema = (plan: ApiPlan, content: Content): JsonObject => ({
  type: "array",
  items: itemSchema(plan, content),
});

const eventFields = ["comment", "data", "event", "id", "retry"];

/** Does the schema speak of an event's fields, or of what goes into its data? */
export const describesEvents = (plan: ApiPlan, schema: Schema, seen: ReadonlySet<Schema> = new Set()): boolean => {
  const target = followed(plan, schema);
  if (typeof target === "boolean" || seen.has(target)) return false;
  const within = new Set([...seen, target]);
  const names = schemaMapIn(target, "properties").map(([name]) => name);
  const isEvent = names.length > 0 && names.every((name) => eventFields.includes(name));
  const isOther = names.length > 0 ? !isEvent : listedTypes(target)?.includes("object") === false;
  const members = choices.flatMap((keyword) => schemasIn(target, keyword));
  return !isOther && (isEvent || members.some((one) => describesEvents(plan, one, within)));
};

/** The items that a text says, or undefined where it says something else. */
export const itemsOfText = (text: string, form: SequenceForm): readonly Json[] | undefined => {
  if (form === "events") return undefined;
  const parts = text.split(form === "json-seq" ? "\u001e" : /\r?\n/).filter((part) => part.trim() !== "");
  try {
    return parts.map((part) => JSON.parse(part) as Json);
  } catch {
    return undefined;
  }
};

const eventText = (item: Json): string =>
  Object.entries(isObject(item) ? item : { data: item })
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}\n`)
    .join("");

const itemText = {
  "json-lines": (item) => `${JSON.stringify(item)}\n`,
  "json-seq": (item) => `\u001e${JSON.stringify(item)}\n`,
  events: (item) => `${eventText(item)}\n`,
} as const satisfies Readonly<Record<SequenceForm, (item: Json) => string>>;

/** Items as they go over the wire. */
export const sequenceText = (items: readonly Json[], form: SequenceForm): string =>
  items.map((item) => itemText[form](item)).join("");
