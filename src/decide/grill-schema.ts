// JSON Schema (2020-12) of a turn of the grill, as `senior grill … --json` carries it in `data`.
import type { Json, JsonObject } from "../kernel/json.ts";
import { decisionSchema } from "./decision-schema.ts";
import { grillVersion } from "./grill-view.ts";
import { stopIds } from "./stops.ts";

const object = (properties: JsonObject): JsonObject => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});
const list = (items: Json): JsonObject => ({ type: "array", items });
const orNull = (schema: Json): JsonObject => ({ anyOf: [schema, { type: "null" }] });

const text = { type: "string" };
const number = { type: "integer", minimum: 1, maximum: 7 };

const question = object({
  number,
  asks: text,
  rule: text,
  recommended: object({ value: text, because: text }),
  goodAnswer: text,
  kill: text,
  canon: text,
  valueSchema: { type: "object", description: "JSON Schema of what --value takes as a JSON object" },
  proposals: list(object({ name: text, value: text, from: text })),
});

export const grillSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://senior-backend.invalid/schema/grill-1.json",
  title: "A turn of the grill: a question, what stops it, or the end",
  ...object({
    schema: { const: grillVersion },
    turn: { enum: ["ask", "stopped", "done"] },
    question: orNull(question),
    stops: list(
      object({
        id: { enum: stopIds },
        kind: { enum: ["kill", "contradiction"] },
        questions: list(number),
        why: text,
        instead: text,
        canon: text,
      }),
    ),
    left: list(number),
    answered: list(object({ question: number, values: { type: "object" }, because: orNull(text) })),
    overrides: list(object({ kill: { enum: stopIds }, because: text })),
    state: { type: "string", description: "the tracking file" },
    decision: {
      ...orNull(decisionSchema),
      description: "after the last question, when enough is known; never approved",
    },
  }),
};
