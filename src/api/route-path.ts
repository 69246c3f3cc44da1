// Path templates as data: segments of fixed text and variables, and which of two templates is the more specific.

export type PathPart =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "variable"; readonly name: string };

export interface RoutePath {
  /** As the document has it. */
  readonly template: string;
  /** Between the slashes; a slash at the end gives an empty last segment. */
  readonly segments: readonly (readonly PathPart[])[];
  /** Every segment is either fixed text or one variable alone. */
  readonly plain: boolean;
}

const parseSegment = (segment: string): readonly PathPart[] =>
  segment
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== "")
    .map((part) =>
      /^\{[^{}]*\}$/.test(part) ? { kind: "variable", name: part.slice(1, -1) } : { kind: "text", text: part },
    );

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** `/users/{id}` gives two segments. */
export const parseRoutePath = (template: string): RoutePath => {
  const segments = template.replace(/^\//, "").split("/").map(parseSegment);
  return { template, segments, plain: segments.every((parts) => parts.length <= 1) };
};

/** Fixed text first, then text with variables (most text first), then a variable alone. */
const weight = (segment: readonly PathPart[] | undefined): number => {
  if (segment === undefined) return -1;
  const fixed = segment.reduce((sum, part) => sum + (part.kind === "text" ? part.text.length : 0), 0);
  const variables = segment.filter(({ kind }) => kind === "variable").length;
  return variables === 0 ? 0 : fixed === 0 ? 100_000 : 50_000 - Math.min(fixed, 40_000) + variables;
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

const escapedForRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/**
 * A regular expression source that matches the undecoded path exactly, one group for each variable, in order. Fixed
 * text matches as it is written and in its percent-encoded form.
 */
export const pathPattern = ({ segments }: RoutePath): string => {
  const part = (one: PathPart, alone: boolean): string =>
    one.kind === "variable" ? (alone ? "([^/]+)" : "([^/]+?)") : fixedPattern(one.text);
  return `^${segments.map((parts) => `\\/${parts.map((one) => part(one, parts.length === 1)).join("")}`).join("")}$`;
};

const fixedPattern = (text: string): string => {
  const plain = decoded(text);
  const encoded = encodeURI(plain);
  return plain === encoded ? escapedForRegExp(plain) : `(?:${escapedForRegExp(plain)}|${escapedForRegExp(encoded)})`;
};

/** The variables in order, as the document names them. */
export const pathVariables = ({ segments }: RoutePath): readonly string[] =>
  segments.flatMap((parts) => parts.flatMap((part) => (part.kind === "variable" ? [part.name] : [])));

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
