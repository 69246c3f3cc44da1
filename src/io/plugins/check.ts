// Checks that a plugin script's default export has the shape the sdk asks for, and says everything that is wrong.
import { isObject, own } from "../../kernel/json.ts";
import type { Plugin, Provided } from "../../sdk.ts";

type Shape = Readonly<Record<string, "string" | "function" | "object">>;

const shapes = {
  framework: { name: "string", about: "string", packages: "object", emit: "function" },
  profile: { profile: "object" },
  reference: { topic: "string", markdown: "string" },
  reporter: { name: "string", about: "string", render: "function" },
} as const satisfies { readonly [K in Provided["kind"]]: Shape };

const namePattern = /^[a-z][a-z0-9-]{0,40}$/;

const hasType = (value: unknown, type: Shape[string]): boolean =>
  type === "object" ? isObject(value) : typeof value === type;

const itemProblems = (item: unknown, where: string): readonly string[] => {
  if (!isObject(item)) return [`${where} must be an object`];
  const kind = own(item, "kind");
  if (typeof kind !== "string" || !Object.hasOwn(shapes, kind)) {
    return [`${where}.kind must be one of ${Object.keys(shapes).join(", ")}`];
  }
  const shape: Shape = shapes[kind as keyof typeof shapes];
  const wrong = Object.entries(shape).filter(([key, type]) => !hasType(own(item, key), type));
  const named = own(item, "name");
  const badName = typeof named === "string" && "name" in shape && !namePattern.test(named);
  return [
    ...wrong.map(([key, type]) => `${where}.${key} must be ${type === "object" ? "an" : "a"} ${type}`),
    ...(badName ? [`${where}.name must be lower-case letters, digits and dashes`] : []),
  ];
};

/** Every problem of a default export; none means that it is a Plugin. */
export const pluginProblems = (value: unknown): readonly string[] => {
  if (!isObject(value)) return ["the default export must be an object { sdk: 1, name, provides }"];
  const provides = own(value, "provides");
  return [
    ...(own(value, "sdk") === 1 ? [] : ["sdk must be 1"]),
    ...(typeof own(value, "name") === "string" ? [] : ["name must be a string"]),
    ...(Array.isArray(provides)
      ? provides.flatMap((item, i) => itemProblems(item, `provides[${i}]`))
      : ["provides must be an array"]),
  ];
};

export const isPlugin = (value: unknown): value is Plugin => pluginProblems(value).length === 0;

const isFile = (value: unknown): boolean =>
  isObject(value) && typeof own(value, "path") === "string" && typeof own(value, "text") === "string";

const results: Readonly<Record<string, readonly [string, (value: unknown) => boolean]>> = {
  emit: ["a list of { path, text }", (value) => Array.isArray(value) && value.every(isFile)],
  render: ["a text", (value) => typeof value === "string"],
};

/** What is wrong with the value a plugin's function returned, or undefined. */
export const resultProblem = (method: string, value: unknown): string | undefined => {
  const [wanted, fits] = results[method] ?? ["anything", () => true];
  return fits(value) ? undefined : `${method} must return ${wanted}`;
};
