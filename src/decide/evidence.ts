// Answers that evidence suggests: proposals with their source, for a person to take or to leave.
import { isObject, own } from "../kernel/json.ts";
import type { AnswerKey, Language } from "./answers.ts";
import { valueOf } from "./answers.ts";

/** A file that was found or named, by name and text. */
export interface Evidence {
  readonly name: string;
  readonly text: string;
}

export interface Proposal {
  readonly answer: AnswerKey;
  /** As `--value` reads it. */
  readonly value: string;
  /** What it rests on, and how far that reaches. */
  readonly from: string;
}

const languageFiles: readonly (readonly [RegExp, Language])[] = [
  [/^package\.json$/, "typescript"],
  [/^(?:pyproject\.toml|requirements\.txt|Pipfile)$/, "python"],
  [/^go\.mod$/, "go"],
  [/^Cargo\.toml$/, "rust"],
  [/^(?:pom\.xml|build\.gradle)$/, "java"],
  [/^build\.gradle\.kts$/, "kotlin"],
  [/\.(?:csproj|sln)$/, "dotnet"],
];

/** Is this the name of a file that tells a project's language? */
export const tellsLanguage = (name: string): boolean => languageFiles.some(([pattern]) => pattern.test(name));

const fromPackages = (names: readonly string[]): readonly Proposal[] =>
  languageFiles.flatMap(([pattern, value]) => {
    const found = names.find((name) => pattern.test(name));
    return found === undefined ? [] : [{ answer: "languagePreference" as const, value, from: `${found} is here` }];
  });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const part = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((inner, key) => (isObject(inner) ? own(inner, key) : undefined), value);

/** Common promises, from the strictest down. */
const promises = [0.9999, 0.9995, 0.999, 0.995, 0.99];

/** What `senior load --json` or its `--output` measured; undefined when the file holds something else. */
const fromLoad = ({ name, text }: Evidence): readonly Proposal[] | undefined => {
  const document = parsed(text);
  const run = part(document, "data", "kind") === "load" ? part(document, "data") : document;
  const [rate, errors, p99] = [
    part(run, "throughput", "answersPerSecond"),
    part(run, "requests", "errorRate"),
    part(run, "latency", "all", "p99Ms"),
  ];
  if (part(run, "kind") !== "load" || typeof rate !== "number" || typeof errors !== "number") return undefined;
  const kept = promises.find((promise) => 1 - errors >= promise);
  const shown = Number(rate.toPrecision(3));
  const latency = typeof p99 === "number" ? ` with a p99 of ${Number(p99.toPrecision(3))} ms` : "";
  return [
    {
      answer: "qpsP99",
      value: String(shown),
      from: `${name}: ${shown} answers/s were measured${latency}; that is what it held, not what will be asked of it`,
    },
    ...(kept === undefined
      ? []
      : [
          {
            answer: "slo" as const,
            value: valueOf("slo").write(kept),
            from: `${name}: ${Number(((1 - errors) * 100).toPrecision(6))} % of the requests were answered as expected; one run is not 28 days`,
          },
        ]),
  ];
};

/** Proposals from the names of files that are here, and from files that were named as evidence. */
export const proposalsFrom = (names: readonly string[], files: readonly Evidence[]): readonly Proposal[] => [
  ...files.flatMap((file) => fromLoad(file) ?? []),
  ...fromPackages(names),
];

/** Does this file tell anything? */
export const isEvidence = (file: Evidence): boolean => fromLoad(file) !== undefined;
