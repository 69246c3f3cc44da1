// Names inside a document: anchors, and identifiers of schemas, with the pointers that they stand for.
import { isObject, own, pointerToken } from "../kernel/json.ts";

export interface Anchors {
  /** `$anchor` and `$dynamicAnchor`, without the `#`. */
  readonly names: ReadonlyMap<string, string>;
  /** `$id`, as it is written and as it resolves. */
  readonly ids: ReadonlyMap<string, string>;
}

const resolved = (id: string, base: string): string => {
  try {
    return new URL(id, base === "" ? undefined : base).href;
  } catch {
    return id;
  }
};

/** The first of a name counts. Values that are data are not looked into. */
export const anchorsOf = (root: unknown): Anchors => {
  const names = new Map<string, string>();
  const ids = new Map<string, string>();
  const add = (map: Map<string, string>, name: string, at: string): void => {
    if (!map.has(name)) map.set(name, at);
  };
  const visit = (node: unknown, at: string, base: string): void => {
    if (Array.isArray(node)) node.forEach((item, index) => visit(item, `${at}/${index}`, base));
    if (!isObject(node)) return;
    const id = own(node, "$id");
    const inner = typeof id === "string" && id !== "" ? resolved(id, base) : base;
    if (typeof id === "string" && id !== "") for (const one of [id, inner]) add(ids, one, at);
    for (const keyword of ["$anchor", "$dynamicAnchor"]) {
      const name = own(node, keyword);
      if (typeof name === "string") add(names, name, at);
      if (typeof name === "string" && inner !== "") add(ids, `${inner}#${name}`, at);
    }
    for (const [key, value] of Object.entries(node)) {
      if (!["enum", "const", "example", "examples", "default"].includes(key))
        visit(value, `${at}/${pointerToken(key)}`, inner);
    }
  };
  visit(root, "", "");
  return { names, ids };
};
