// What a statement is: its name, what it declares, imports and exports, and the block of the function that it may be.
import type { Node, Token } from "./syntax.ts";
import { isNode } from "./syntax.ts";

export interface Binding {
  readonly module: string;
  /** The name that the module exports: `*` for all of it, `default`, or "" when only its effects are wanted. */
  readonly imported: string;
  readonly local: string;
  readonly isType: boolean;
  readonly start: number;
  readonly end: number;
}

export interface Import {
  readonly module: string;
  /** The module's name with its quotes. */
  readonly moduleStart: number;
  readonly moduleEnd: number;
  readonly isType: boolean;
  readonly start: number;
  readonly end: number;
  readonly bindings: readonly Binding[];
}

export type NameKind = "value" | "type";

export interface Forwarded {
  readonly module: string;
  /** Imported name to exported name; `*` to `*` for all of them. */
  readonly names: readonly (readonly [imported: string, exported: string])[];
}

const nodeAt = (node: Node, field: string): Node | undefined => {
  const value = node[field];
  return isNode(value) ? value : undefined;
};

export const nodesAt = (node: Node, field: string): readonly Node[] => {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
};

/** The text of an identifier, or of the string that stands for one. */
const nameOf = (node: Node | undefined): string => {
  const name = node?.["name"] ?? node?.["value"];
  return typeof name === "string" ? name : "";
};

const moduleOf = (node: Node): string => nameOf(nodeAt(node, "source"));

export const declared = (node: Node): readonly string[] =>
  node.type === "VariableDeclaration"
    ? nodesAt(node, "declarations").map((one) => nameOf(nodeAt(one, "id")))
    : [nameOf(nodeAt(node, "id"))].filter((name) => name !== "");

const isTypeDeclaration = ({ type }: Node): boolean =>
  type === "TSInterfaceDeclaration" || type === "TSTypeAliasDeclaration";

export const declarationIn = (statement: Node): Node => nodeAt(statement, "declaration") ?? statement;

/** A statement without a name goes by how it begins: up to its first text, or its first words. */
const beginning = (tokens: readonly Token[]): string => {
  const code = tokens.filter(({ isComment }) => !isComment).map(({ key }) => key);
  const text = code.findIndex((key) => /^["'`]/.test(key));
  return code.slice(0, text >= 0 && text < 12 ? text + 1 : 8).join(" ");
};

const specifiersText = (statement: Node): string =>
  nodesAt(statement, "specifiers")
    .map((one) => nameOf(nodeAt(one, "exported")))
    .sort()
    .join(",");

export const keyOf = (statement: Node, names: readonly string[], tokens: readonly Token[]): string => {
  if (statement.type === "ExportAllDeclaration") return `all from ${moduleOf(statement)}`;
  if (statement.type === "ExportNamedDeclaration" && nodeAt(statement, "declaration") === undefined) {
    const from = moduleOf(statement);
    return from === "" ? `list ${specifiersText(statement)}` : `from ${from}`;
  }
  if (statement.type === "ExportDefaultDeclaration") return "default";
  if (names.length === 0) return `statement ${beginning(tokens)}`;
  return `${isTypeDeclaration(declarationIn(statement)) ? "type" : "value"} ${names.join(",")}`;
};

/** Where the value of a single constant begins. */
export const initializerOf = (statement: Node): number | undefined => {
  const [only, ...more] = nodesAt(declarationIn(statement), "declarations");
  const value = only === undefined || more.length > 0 ? undefined : nodeAt(only, "init");
  return value?.start;
};

const bindingOf = (specifier: Node, module: string, isTypeImport: boolean): Binding => {
  const isAll = specifier.type === "ImportNamespaceSpecifier";
  const imported = isAll
    ? "*"
    : specifier.type === "ImportDefaultSpecifier"
      ? "default"
      : nameOf(nodeAt(specifier, "imported"));
  return {
    module,
    imported,
    local: nameOf(nodeAt(specifier, "local")),
    isType: isTypeImport || specifier["importKind"] === "type",
    start: specifier.start,
    end: specifier.end,
  };
};

export const importOf = (node: Node): Import => {
  const module = moduleOf(node);
  const source = nodeAt(node, "source") ?? node;
  const isType = node["importKind"] === "type";
  const bindings = nodesAt(node, "specifiers").map((one) => bindingOf(one, module, isType));
  const { start, end } = node;
  return { module, moduleStart: source.start, moduleEnd: source.end, isType, start, end, bindings };
};

export const forwardedBy = (statement: Node): readonly Forwarded[] => {
  const module = moduleOf(statement);
  if (module === "" || !statement.type.startsWith("Export")) return [];
  if (statement.type === "ExportAllDeclaration") return [{ module, names: [["*", "*"]] }];
  const names = nodesAt(statement, "specifiers").map((one) =>
    one.type === "ExportNamespaceSpecifier"
      ? (["*", nameOf(nodeAt(one, "exported"))] as const)
      : ([nameOf(nodeAt(one, "local")), nameOf(nodeAt(one, "exported"))] as const),
  );
  return [{ module, names }];
};

export const exportedBy = (statement: Node): readonly (readonly [string, NameKind])[] => {
  if (statement.type === "ExportDefaultDeclaration") return [["default", "value"]];
  if (statement.type !== "ExportNamedDeclaration") return [];
  const declaration = nodeAt(statement, "declaration");
  const isType = statement["exportKind"] === "type" || (declaration !== undefined && isTypeDeclaration(declaration));
  const names =
    declaration === undefined
      ? nodesAt(statement, "specifiers").map((one) => nameOf(nodeAt(one, "exported")))
      : declared(declaration);
  return names.map((name) => [name, isType ? "type" : "value"] as const);
};

/** The block of the one function that a statement declares. */
export const functionBlock = (statement: Node): Node | undefined => {
  const declaration = declarationIn(statement);
  const [only, ...more] = nodesAt(declaration, "declarations");
  const made = only === undefined ? declaration : more.length === 0 ? nodeAt(only, "init") : undefined;
  const body = made === undefined || !/Function/.test(made.type) ? undefined : nodeAt(made, "body");
  return body?.type === "BlockStatement" ? body : undefined;
};
