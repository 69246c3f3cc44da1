// Manifests of packages: which files are some, and the dependencies that they name, each with its line.
import { isObject, own } from "../kernel/json.ts";

export interface Dependency {
  readonly name: string;
  /** Where it is named, counted from 1. */
  readonly line: number;
}

/** A file that was found, by its path below the folder that is looked at. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

type Read = (text: string) => readonly Dependency[];

const lineOf = (text: string, index: number): number => text.slice(0, index).split("\n").length;

/** Every name that a pattern captures. */
const captured =
  (pattern: RegExp): Read =>
  (text) =>
    [...text.matchAll(pattern)].map((match) => ({ name: match[1] ?? "", line: lineOf(text, match.index) }));

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What runs in production: development tools say nothing about the stack. */
const fromPackageJson: Read = (text) => {
  const document = parsed(text);
  const sections = ["dependencies", "peerDependencies", "optionalDependencies"].map((key) =>
    isObject(document) ? own(document, key) : undefined,
  );
  const names = sections.flatMap((section) => (isObject(section) ? Object.keys(section) : []));
  return names.map((name) => ({ name, line: lineOf(text, Math.max(0, text.indexOf(`"${name}"`))) }));
};

const both =
  (...reads: readonly Read[]): Read =>
  (text) =>
    reads.flatMap((read) => read(text));

/** Requirements by PEP 508, in quotes or at the start of a line; names lower case and with dashes. */
const fromPython: Read = (text) => {
  // Keywords name what a package is about, not what it needs.
  const own = text.replace(/^[ \t]*keywords[ \t]*=[ \t]*\[[^\]]*\]/gm, (list) => list.replace(/[^\n]/g, " "));
  const named = both(
    captured(/["']([A-Za-z][A-Za-z0-9._-]*)(?:\[[^\]]*\])?[ \t]*(?:[=<>~!;@][^"'\n]*)?["']/g),
    captured(/^([A-Za-z][A-Za-z0-9._-]*)(?=(?:\[[^\]]*\])?[ \t]*(?:[=<>~!;@#]|$))/gm),
  );
  return named(own).map(({ name, line }) => ({ name: name.toLowerCase().replace(/[._]/g, "-"), line }));
};

export interface ManifestKind {
  readonly file: RegExp;
  readonly language: string;
  readonly read: Read;
}

/** The files that make a folder a package, and the language that they speak of. */
export const manifestKinds: readonly ManifestKind[] = [
  { file: /(?:^|\/)package\.json$/, language: "TypeScript or JavaScript", read: fromPackageJson },
  {
    file: /(?:^|\/)go\.mod$/,
    language: "Go",
    // What only a dependency needs is marked, and says nothing about this package.
    read: captured(/^(?:require[ \t]+|[ \t]+)(\S+\/\S+)[ \t]+v(?!.*\/\/ indirect)/gm),
  },
  {
    file: /(?:^|\/)Cargo\.toml$/,
    language: "Rust",
    // Features choose the database of sqlx, diesel and others.
    read: both(captured(/^[ \t]*([a-z][a-z0-9_-]*)(?:\.workspace)?[ \t]*=/gm), captured(/"(postgres|mysql|sqlite)"/g)),
  },
  { file: /(?:^|\/)(?:pyproject\.toml|requirements[\w.-]*\.txt|Pipfile)$/, language: "Python", read: fromPython },
  { file: /(?:^|\/)pom\.xml$/, language: "Java", read: captured(/<artifactId>\s*([\w.-]+)\s*<\/artifactId>/g) },
  {
    file: /(?:^|\/)build\.gradle(?:\.kts)?$/,
    language: "Java",
    read: captured(
      /["'(](?:[\w.-]+:)?([\w.-]*(?:springframework\.boot|spring-boot[\w.-]*|ktor[\w.-]*|quarkus[\w.-]*|micronaut[\w.-]*|postgresql|mysql[\w.-]*))["':)]/g,
    ),
  },
  {
    file: /\.csproj$/,
    language: "C#",
    read: captured(/(?:<PackageReference\s+Include|<FrameworkReference\s+Include|\bSdk)\s*=\s*"([^"]+)"/g),
  },
  { file: /(?:^|\/)mix\.exs$/, language: "Elixir", read: captured(/\{\s*:(\w+)\s*,/g) },
  { file: /(?:^|\/)Gemfile$/, language: "Ruby", read: captured(/^[ \t]*gem[ \t(]+["']([\w-]+)["']/gm) },
];

export const manifestKindOf = (path: string): ManifestKind | undefined =>
  manifestKinds.find(({ file }) => file.test(path));
