// Pieces of SQL that all statements share: options, types, signatures, literals that no terminal acts on.
import { isSame } from "../../../kernel/same.ts";
import type { ObjectName, Option } from "../../catalog/object.ts";
import { runner } from "../../catalog/object.ts";
import { quoteName, quotePath, quoteText } from "../../quote.ts";

// What a terminal acts on or reorders, but for line ends and tabs, which comments have.
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** A string literal that shows what it holds: what a terminal acts on is written as an escape. */
export const literal = (value: string): string => {
  if (!acting.test(value)) return quoteText(value);
  const escaped = value
    .replaceAll("\\", "\\\\")
    .replace(new RegExp(acting, "g"), (char) => `\\${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `U&${quoteText(escaped)}`;
};

export const names = (list: readonly string[]): string => list.map(quoteName).join(", ");

/** `PUBLIC` or a quoted role. */
export const role = (name: string): string => (name === "public" ? "PUBLIC" : name === runner ? name : quoteName(name));

/** `toast.x` is two names. */
const optionName = (name: string): string => name.split(".").map(quoteName).join(".");

const plainValue = /^(-?\d+(\.\d+)?|true|false|on|off)$/;
const optionValue = (value: string): string => (plainValue.test(value) ? value : literal(value));

/** `fillfactor = 70, toast.autovacuum_enabled = false`. */
export const settingsList = (options: readonly Option[]): string =>
  options.map(({ name, value }) => `${optionName(name)} = ${optionValue(value)}`).join(", ");

/** ` WITH (…)`, or nothing. */
export const withOptions = (options: readonly Option[]): string =>
  options.length === 0 ? "" : ` WITH (${settingsList(options)})`;

/** SET and RESET of what differs, after `prefix` (`ALTER TABLE t`, `ALTER TABLE t ALTER COLUMN c`). */
export const optionChanges = (prefix: string, from: readonly Option[], to: readonly Option[]): readonly string[] => {
  const before = new Map(from.map(({ name, value }) => [name, value]));
  const set = to.filter(({ name, value }) => before.get(name) !== value);
  const gone = from.filter(({ name }) => !to.some((one) => one.name === name));
  return [
    ...(gone.length === 0 ? [] : [`${prefix} RESET (${gone.map(({ name }) => optionName(name)).join(", ")})`]),
    ...(set.length === 0 ? [] : [`${prefix} SET (${settingsList(set)})`]),
  ];
};

/** ` OPTIONS (host 'x')`, or nothing: of foreign data. */
export const foreignOptions = (options: readonly Option[]): string =>
  options.length === 0
    ? ""
    : ` OPTIONS (${options.map(({ name, value }) => `${quoteName(name)} ${literal(value)}`).join(", ")})`;

/** `OPTIONS (ADD …, SET …, DROP …)` for what differs, or undefined. */
export const foreignOptionChanges = (from: readonly Option[], to: readonly Option[]): string | undefined => {
  const before = new Map(from.map(({ name, value }) => [name, value]));
  const parts = [
    ...from.filter(({ name }) => !to.some((one) => one.name === name)).map(({ name }) => `DROP ${quoteName(name)}`),
    ...to
      .filter(({ name, value }) => before.get(name) !== value)
      .map(({ name, value }) => `${before.has(name) ? "SET" : "ADD"} ${quoteName(name)} ${literal(value)}`),
  ];
  return parts.length === 0 ? undefined : `OPTIONS (${parts.join(", ")})`;
};

/** ` COLLATE x`, or nothing. */
export const collate = (collation: ObjectName | undefined): string =>
  collation === undefined ? "" : ` COLLATE ${quotePath(collation)}`;

export const sameJson = isSame;

/** Without the semicolon that the server prints after some definitions. */
export const bare = (definition: string): string => definition.trim().replace(/;$/, "");
