// Path templates as data: segments of fixed text and variables, and which of two templates is the more specific.

export type PathPart =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "variable";
      readonly name: string;
      /** A regular expression source without groups of its own: what the undecoded path may have in its place. */
      readonly pattern: string;
    };

export interface RoutePath {
  /** As the document has it. */
  readonly template: string;
  /** Between the slashes; a slash at the end gives an empty last segment. */
  readonly segments: readonly (readonly PathPart[])[];
  /** Every segment is either fixed text or one variable alone. */
  readonly plain: boolean;
}

/** The only texts that a variable may be, where the document lists them. */
export type ListedTexts = (name: string) => readonly string[] | undefined;

/** The template's variables, in order. */
export const templateNames = (template: string): readonly string[] =>
  [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? "");

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const escapedForRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

const anyOf = (texts: readonly string[]): string => {
  const [only = "", ...others] = [...new Set(texts)].map(escapedForRegExp);
  return others.length === 0 ? only : `(?:${[only, ...others].join("|")})`;
};

/** Text of the template, as it is written and in its percent-encoded form. */
const literalPattern = (text: string): string => anyOf([decoded(text), encodeURI(decoded(text))]);

/** Any of some values, as they are and as clients encode them. */
const listedPattern = (texts: readonly string[]): string =>
  anyOf(texts.flatMap((text) => [text, encodeURI(text), encodeURIComponent(text)]));

/** What a part is known to be; undefined for a variable that may be anything. */
type Fixed = string | undefined;

/**
 * A variable of any text: up to the first of the fixed text that follows, or to the end of the segment. It never has to
 * be tried in two ways, so that no address keeps a service busy.
 */
const openPattern = (next: Fixed, isLast: boolean, isNextLast: boolean): string => {
  if (isLast || (isNextLast && next !== undefined)) return "[^/]+";
  if (next === undefined) return "[^/]";
  return /^\\?.$/.test(next) ? `[^/][^/${next}]*` : `[^/](?:(?!${next})[^/])*`;
};

const parseSegment = (segment: string, listed: ListedTexts): readonly PathPart[] => {
  const parts = segment.split(/(\{[^{}]*\})/).filter((part) => part !== "");
  const isVariable = (part: string): boolean => /^\{[^{}]*\}$/.test(part);
  const shares = parts.filter(isVariable).length > 1;
  const fixed = parts.map((part): Fixed => {
    if (!isVariable(part)) return literalPattern(part);
    const texts = shares ? listed(part.slice(1, -1)) : undefined;
    return texts === undefined ? undefined : listedPattern(texts);
  });
  return parts.map((text, index) => {
    if (!isVariable(text)) return { kind: "text", text };
    const open = openPattern(fixed[index + 1], index === parts.length - 1, index === parts.length - 2);
    return { kind: "variable", name: text.slice(1, -1), pattern: fixed[index] ?? open };
  });
};

/** `/users/{id}` gives two segments. */
export const parseRoutePath = (template: string, listed: ListedTexts = () => undefined): RoutePath => {
  const segments = template
    .replace(/^\//, "")
    .split("/")
    .map((segment) => parseSegment(segment, listed));
  return { template, segments, plain: segments.every((parts) => parts.length <= 1) };
};

/** Do variables share the segment? Then it is for the operation to say where one ends, and not for the router. */
export const isShared = (segment: readonly PathPart[]): boolean =>
  segment.filter(({ kind }) => kind === "variable").length > 1;

const isOpen = (part: PathPart): boolean => part.kind === "variable" && part.pattern.startsWith("[^/]");

/** Fixed text first, then text with variables (most text first), then a variable alone, then several with nothing fixed. */
const weight = (segment: readonly PathPart[] | undefined): number => {
  if (segment === undefined) return -1;
  const fixed = segment.reduce(
    (sum, part) => sum + (part.kind === "text" ? part.text.length : isOpen(part) ? 0 : 1),
    0,
  );
  const variables = segment.filter(({ kind }) => kind === "variable").length;
  return variables === 0 ? 0 : (fixed === 0 ? 100_000 : 50_000 - Math.min(fixed, 40_000)) + variables;
};

/** Sorts the more specific template first; equal ones by their text. */
export const bySpecificity = (a: RoutePath, b: RoutePath): number => {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index++) {
    const difference = weight(a.segments[index]) - weight(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return a.template < b.template ? -1 : a.template > b.template ? 1 : 0;
};

/**
 * A regular expression source that matches the undecoded path exactly, one group for each variable that does not share
 * its segment, in order. Fixed text matches as it is written and in its percent-encoded form.
 */
export const pathPattern = ({ segments }: RoutePath): string => {
  const part = (one: PathPart, shared: boolean): string =>
    one.kind === "text" ? literalPattern(one.text) : shared ? one.pattern : `(${one.pattern})`;
  return `^${segments.map((parts) => `\\/${parts.map((one) => part(one, isShared(parts))).join("")}`).join("")}$`;
};

/** The variables that have a segment for themselves, in order, as the document names them. */
export const pathVariables = ({ segments }: RoutePath): readonly string[] =>
  segments.flatMap((parts) =>
    isShared(parts) ? [] : parts.flatMap((part) => (part.kind === "variable" ? [part.name] : [])),
  );

/** Text that routers may read as it is: anything that a client would percent-encode goes by regular expression. */
const isLiteral = (text: string): boolean => /^[\w.~!$&'()*+,;=:@-]*$/.test(text);

const escapedForRouter = (text: string): string => text.replace(/[{}()[\]+?!*:\\]/g, "\\$&");

/** `/users/:id` as path-to-regexp 8 reads it (Express 5, Koa), or undefined when only a regular expression can say it. */
export const namedPath = (path: RoutePath): string | undefined => {
  const names = pathVariables(path);
  const isNamed = names.every((name) => /^[A-Za-z_]\w*$/.test(name) && name !== "__proto__");
  const parts = path.segments.flat();
  const isPlain = path.plain && isNamed && new Set(names).size === names.length;
  if (!isPlain || !parts.every((part) => part.kind === "variable" || isLiteral(part.text))) return undefined;
  const segments = path.segments.map(([part]) =>
    part === undefined ? "" : part.kind === "variable" ? `:${part.name}` : escapedForRouter(part.text),
  );
  return `/${segments.join("/")}`;
};

/** Does some segment have several variables? */
export const sharesSegments = (template: string): boolean => parseRoutePath(template).segments.some(isShared);
