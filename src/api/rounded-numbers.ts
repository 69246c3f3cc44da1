// Whole numbers of a document beyond 2 ** 53: its readers, this one included, round them.
import type { Finding } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import { plural } from "../kernel/words.ts";
import { isList } from "./print.ts";
import type { Reading } from "./reading.ts";
import { get } from "./schema-view.ts";

/** Digits of the text by the number that they are read as, where it is another one. */
const roundedIn = (texts: readonly string[]): ReadonlyMap<number, string> => {
  const written = texts.flatMap((text) =>
    [...text.matchAll(/(?<![\w.])-?\d{16,21}(?![\w.])/g)].map(([digits]) => digits),
  );
  return new Map(
    [...new Set(written)].flatMap((digits) =>
      BigInt(Number(digits)) === BigInt(digits) ? [] : [[Number(digits), digits] as const],
    ),
  );
};

const kinds = [
  { keywords: ["enum", "const", "default"], severity: "warning", what: "values that the document lists" },
  {
    keywords: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
    severity: "info",
    what: "bounds of the document",
  },
] as const;

const valuesOf = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : isList(value) ? value : [value];

/** One for what is listed, which is then another value, and one for bounds, which move by less than anybody can send. */
export const roundedNumbers = ({ document, schemas }: Reading): readonly Finding[] => {
  const parts = document.parts?.map((part) => part.document.text) ?? [];
  const rounded = roundedIn([document.text, ...parts]);
  if (rounded.size === 0) return [];
  return kinds.flatMap(({ keywords, severity, what }) => {
    const found = [...schemas].flatMap(([at, schema]) =>
      typeof schema === "boolean"
        ? []
        : keywords.flatMap((keyword) => {
            const value = valuesOf(get(schema, keyword)).find((one) => rounded.has(one as number));
            const digits = rounded.get(value as number);
            return digits === undefined ? [] : [{ pointer: `${at}/${keyword}`, digits }];
          }),
    );
    const [first] = found;
    if (first === undefined) return [];
    return [
      {
        rule: "api/rounded-number",
        severity,
        message: `${what} have more digits than a number can hold: ${first.digits} is read as ${BigInt(Number(first.digits))} (${plural(found.length, "place")})`,
        at: { kind: "pointer", path: document.path, pointer: first.pointer },
        help: "numbers are exact up to 9007199254740991 (2^53 − 1): describe longer ones as text with a pattern",
      } as const,
    ];
  });
};
