// Reads which values of an answer later requests need: `token: $.access_token`, or spelt out with where it is found.
import { isPattern, jsonPathAt } from "./expectations.ts";
import type { Placed } from "./placed.ts";
import type { Extraction, Source } from "./scenario.ts";

const kinds = ["json", "header", "regex", "cookie"] as const;

const patternAt = (at: Placed): string => {
  if (!isPattern(at.text())) throw at.fault("expected a regular expression");
  return at.text();
};

const sources: Readonly<Record<(typeof kinds)[number], (at: Placed) => Source>> = {
  json: (at) => ({ kind: "json", path: jsonPathAt(at, at.text()) }),
  header: (at) => ({ kind: "header", name: at.text() }),
  regex: (at) => ({ kind: "regex", pattern: patternAt(at) }),
  cookie: (at) => ({ kind: "cookie", name: at.text() }),
};

const sourceOf = (at: Placed): Source => {
  if (typeof at.value === "string") return sources.json(at);
  const found = kinds.flatMap((kind) => {
    const one = at.object(kinds).get(kind);
    return one === undefined ? [] : [sources[kind](one)];
  });
  const [source, other] = found;
  if (source === undefined || other !== undefined) throw at.fault("expected one of json, header, regex or cookie");
  return source;
};

export const readExtractions = (at: Placed | undefined): readonly Extraction[] =>
  (at?.entries() ?? []).map(([variable, from]) => {
    if (!/^[A-Za-z_][\w-]*$/.test(variable)) throw from.fault("a variable is called by letters, digits, - and _");
    return { variable, from: sourceOf(from) };
  });
