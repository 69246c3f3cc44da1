// Every place in a document where a reference stands; what only looks like one (examples, defaults, names) is not.
import { isObject, own, pointerToken } from "../kernel/json.ts";

export interface ReferencePlace {
  readonly reference: string;
  /** Where it stands itself. */
  readonly pointer: string;
  readonly holder: object;
  readonly key: string;
}

/** Keywords whose value maps names of the author's own to something: such a name is no keyword. */
const maps = new Set(
  (
    "$defs callbacks content definitions dependentSchemas encoding examples headers links parameters pathItems paths " +
    "patternProperties properties requestBodies responses schemas securityDefinitions securitySchemes variables webhooks"
  ).split(" "),
);

const dataKeywords = new Set(["const", "dataValue", "default", "enum", "example", "value"]);

const mappingPlaces = (node: object, pointer: string): readonly ReferencePlace[] => {
  const discriminator = own(node, "discriminator");
  const mapping = isObject(discriminator) ? own(discriminator, "mapping") : undefined;
  if (!isObject(mapping)) return [];
  return Object.entries(mapping).flatMap(([key, reference]) =>
    // A bare word is the name of a component.
    typeof reference === "string" && /[#./]/.test(reference)
      ? [{ reference, pointer: `${pointer}/discriminator/mapping/${pointerToken(key)}`, holder: mapping, key }]
      : [],
  );
};

const ownPlaces = (node: Record<string, unknown>, pointer: string): readonly ReferencePlace[] =>
  ["$ref", "$dynamicRef"].flatMap((key) => {
    const reference = own(node, key);
    const isIdle = key === "$dynamicRef" && own(node, "$ref") !== undefined;
    return typeof reference === "string" && !isIdle
      ? [{ reference, pointer: `${pointer}/${key}`, holder: node, key }]
      : [];
  });

const places = function* (node: unknown, pointer: string, isMap: boolean): Generator<ReferencePlace> {
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) yield* places(item, `${pointer}/${index}`, false);
    return;
  }
  if (!isObject(node)) return;
  if (!isMap) yield* [...ownPlaces(node, pointer), ...mappingPlaces(node, pointer)];
  for (const [key, value] of Object.entries(node)) {
    const isData =
      !isMap && (dataKeywords.has(key) || key.startsWith("x-") || (key === "examples" && Array.isArray(value)));
    if (!isData)
      yield* places(value, `${pointer}/${pointerToken(key)}`, !isMap && maps.has(key) && !Array.isArray(value));
  }
};

export const referencePlaces = (root: unknown): Iterable<ReferencePlace> => places(root, "", false);
