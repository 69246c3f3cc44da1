// Whether two values of plain objects, lists, texts, numbers and truths are the same: nothing is copied, and what is one object is not looked into.

const isList = (value: object): value is readonly unknown[] => Array.isArray(value);

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean => {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!isSame(a[at], b[at])) return false;
  return true;
};

type Fields = Readonly<Record<string, unknown>>;

const isSameFields = (a: Fields, b: Fields): boolean => {
  for (const key in a) if (!isSame(a[key], b[key])) return false;
  for (const key in b) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
};

/** A field that is undefined is one that is not there; fields have no order. */
export const isSame = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isList(a) || isList(b)) return isList(a) && isList(b) && isSameList(a, b);
  return isSameFields(a as Fields, b as Fields);
};
