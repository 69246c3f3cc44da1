// SQL of text search: parsers, templates, dictionaries, configurations.
import type { ObjectName } from "../../catalog/object.ts";
import { quoteName, quotePath } from "../../quote.ts";
import type { Objects } from "../part.ts";
import { sameJson } from "./text.ts";
import type { Writer } from "./writer.ts";
import { alwaysRebuild, rebuild } from "./writer.ts";

type Parser = Objects["text search parser"];

const part = (word: string, name: ObjectName | undefined): readonly string[] =>
  name === undefined ? [] : [`${word} = ${quotePath(name)}`];

export const parserWriter: Writer<"text search parser"> = {
  create: (one: Parser) => {
    const parts = [
      ...part("START", one.start),
      ...part("GETTOKEN", one.token),
      ...part("END", one.end),
      ...part("LEXTYPES", one.lexTypes),
      ...part("HEADLINE", one.headline),
    ];
    return [`CREATE TEXT SEARCH PARSER ${quotePath(one)} (${parts.join(", ")})`];
  },
  drop: (one) => [`DROP TEXT SEARCH PARSER ${quotePath(one)}`],
  alter: alwaysRebuild,
};

export const templateWriter: Writer<"text search template"> = {
  create: (one) => [
    `CREATE TEXT SEARCH TEMPLATE ${quotePath(one)} (${[...part("INIT", one.init), ...part("LEXIZE", one.lexize)].join(", ")})`,
  ],
  drop: (one) => [`DROP TEXT SEARCH TEMPLATE ${quotePath(one)}`],
  alter: alwaysRebuild,
};

const settingsOf = (text = ""): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/("(?:[^"]|"")+"|\w+) = ((?:E)?'(?:[^']|'')*'|[^\s,]+)/g)].map(([, name = "", value = ""]) => [
      name,
      value,
    ]),
  );

/** What is named alone loses its value. */
const optionsChanged = (from: string | undefined, to: string | undefined): string => {
  const [before, after] = [settingsOf(from), settingsOf(to)];
  return [
    ...[...before.keys()].filter((name) => !after.has(name)),
    ...[...after].filter(([name, value]) => before.get(name) !== value).map(([name, value]) => `${name} = ${value}`),
  ].join(", ");
};

export const dictionaryWriter: Writer<"text search dictionary"> = {
  create: (one) => {
    const more = one.options === undefined ? "" : `, ${one.options}`;
    return [`CREATE TEXT SEARCH DICTIONARY ${quotePath(one)} (TEMPLATE = ${quotePath(one.template)}${more})`];
  },
  drop: (one) => [`DROP TEXT SEARCH DICTIONARY ${quotePath(one)}`],
  alter: (from, to) =>
    sameJson(from.template, to.template)
      ? [`ALTER TEXT SEARCH DICTIONARY ${quotePath(to)} (${optionsChanged(from.options, to.options)})`]
      : rebuild,
};

type Configuration = Objects["text search configuration"];

const addMapping = (one: Configuration, { token, dictionaries }: Configuration["mappings"][number]): string =>
  `ALTER TEXT SEARCH CONFIGURATION ${quotePath(one)} ADD MAPPING FOR ${quoteName(token)} WITH ${dictionaries.map(quotePath).join(", ")}`;

export const configurationWriter: Writer<"text search configuration"> = {
  create: (one) => [
    `CREATE TEXT SEARCH CONFIGURATION ${quotePath(one)} (PARSER = ${quotePath(one.parser)})`,
    ...one.mappings.map((mapped) => addMapping(one, mapped)),
  ],
  drop: (one) => [`DROP TEXT SEARCH CONFIGURATION ${quotePath(one)}`],
  alter: (from, to) => {
    if (!sameJson(from.parser, to.parser)) return rebuild;
    const before = new Map(from.mappings.map((one) => [one.token, one]));
    const after = new Set(to.mappings.map(({ token }) => token));
    const head = `ALTER TEXT SEARCH CONFIGURATION ${quotePath(to)}`;
    return [
      ...from.mappings
        .filter(({ token }) => !after.has(token))
        .map(({ token }) => `${head} DROP MAPPING FOR ${quoteName(token)}`),
      ...to.mappings.flatMap((one) => {
        const old = before.get(one.token);
        if (old === undefined) return [addMapping(to, one)];
        return sameJson(old, one) ? [] : [addMapping(to, one).replace(" ADD MAPPING ", " ALTER MAPPING ")];
      }),
    ];
  },
};
