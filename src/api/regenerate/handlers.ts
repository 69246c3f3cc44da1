// Where each handler is now: renamed with its operation, moved with its tag, left where its author put it, or retired.
import type { Extras } from "./generated-side.ts";
import { noExtras } from "./generated-side.ts";
import type { HandlerRecord } from "./manifest.ts";
import { sameKeys } from "./merge-tokens.ts";
import type { OperationPair } from "./operations.ts";
import type { Version } from "./project.ts";
import { isTouched } from "./project.ts";
import type { Source, Unit } from "./source.ts";

/** What became of one handler of the last generation. */
export interface HandlerFate {
  readonly pair: OperationPair;
  readonly kind: "same" | "renamed" | "moved" | "aliased" | "forwarded" | "removed" | "retired";
  /** Where it is declared after this generation, and as what. */
  readonly file: string;
  readonly name: string;
}

interface World {
  readonly versions: ReadonlyMap<string, Version>;
  readonly others: ReadonlyMap<string, string>;
  readonly moved: ReadonlyMap<string, string>;
  readonly read: (text: string) => Source | undefined;
}

interface Declaration {
  readonly source: Source;
  readonly unit: Unit;
  readonly base: Unit | undefined;
  readonly baseSource: Source | undefined;
  readonly isTouched: boolean;
}

const unitNamed = (source: Source | undefined, name: string): Unit | undefined =>
  source?.units.find(({ key }) => key === `value ${name}`);

const declarationOf = (file: string, name: string, { versions, others, read }: World): Declaration | undefined => {
  const version = versions.get(file);
  const text = version?.ours ?? others.get(file);
  const source = text === undefined ? undefined : read(text);
  const unit = unitNamed(source, name);
  if (source === undefined || unit === undefined) return undefined;
  const baseSource = version?.base === undefined ? undefined : read(version.base);
  const base = unitNamed(baseSource, name);
  return { source, unit, base, baseSource, isTouched: version === undefined || isTouched(version) };
};

const isWritten = ({ unit, base }: Declaration): boolean => base === undefined || !sameKeys(unit.tokens, base.tokens);

/** May its name change where it stands? Only when nothing else in the file says it, or says the new one. */
const isSafeToRename = ({ source, unit }: Declaration, from: string, to: string): boolean => {
  const uses = source.identifiers.filter(({ name }) => name === from);
  const isExportedHere = source.text.startsWith("export", unit.code);
  return isExportedHere && uses.length === 1 && source.identifiers.every(({ name }) => name !== to);
};

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const exportAs = (from: string, to: string): string => (from === to ? from : `${from} as ${to}`);

const forwardText = (from: string, to: string, file: string): string =>
  `export { ${exportAs(from, to)} } from "./${baseName(file).replace(/\.ts$/, ".js")}";`;

const fateOf = (pair: OperationPair, world: World): readonly [HandlerFate, standIn?: string] => {
  const { old, now } = pair;
  const from = old.home?.file ?? old.file;
  const file = world.moved.get(from) ?? from;
  const name = old.home?.name ?? old.name;
  const found = declarationOf(file, name, world);
  if (now === undefined) {
    return [{ pair, kind: found !== undefined && isWritten(found) ? "retired" : "removed", file, name }];
  }
  const settled = { pair, file: now.file, name: now.name };
  const isElsewhere = file !== now.file;
  const kind =
    name !== now.name ? "renamed" : isElsewhere && found !== undefined && isWritten(found) ? "moved" : "same";
  if (found?.isTouched !== true || (!isElsewhere && name === now.name)) return [{ ...settled, kind }];
  if (declarationOf(now.file, now.name, world) !== undefined) return [{ ...settled, kind: "same" }];
  if (isElsewhere) {
    if (!isWritten(found)) return [{ ...settled, kind }];
    return [{ pair, kind: "forwarded", file, name }, forwardText(name, now.name, file)];
  }
  if (isSafeToRename(found, name, now.name)) return [{ ...settled, kind }];
  const { base, baseSource, unit, source } = found;
  const stub =
    base === undefined || baseSource === undefined
      ? source.text.slice(unit.start, unit.end)
      : baseSource.text.slice(base.start, base.end);
  return [{ pair, kind: "aliased", file, name }, `${stub}\n\nexport { ${exportAs(name, now.name)} };`];
};

export interface HandlerFates {
  readonly fates: readonly HandlerFate[];
  /** By file of this generation. */
  readonly extras: ReadonlyMap<string, Extras>;
}

export const handlerFates = (pairs: readonly OperationPair[], world: World): HandlerFates => {
  const extras = new Map<string, Extras>();
  const fates = pairs.map((pair) => {
    const [fate, standIn] = fateOf(pair, world);
    if (standIn !== undefined && pair.now !== undefined) {
      const known = extras.get(pair.now.file) ?? noExtras;
      extras.set(pair.now.file, { ...known, standIns: new Map([...known.standIns, [pair.now.name, standIn]]) });
    }
    return fate;
  });
  return { fates, extras };
};

/** What the manifest says of this generation's handlers. */
export const recordedHandlers = (
  now: readonly HandlerRecord[],
  fates: readonly HandlerFate[],
): readonly HandlerRecord[] => {
  const homes = new Map(
    fates.flatMap(({ pair, kind, file, name }) =>
      pair.now !== undefined && (kind === "aliased" || kind === "forwarded")
        ? [[pair.now, { file, name }] as const]
        : [],
    ),
  );
  return now.map((handler) => {
    const home = homes.get(handler);
    return home === undefined ? handler : { ...handler, home };
  });
};

export const retiredHandlers = (fates: readonly HandlerFate[]): readonly HandlerRecord[] =>
  fates.flatMap(({ pair, kind, file, name }) =>
    kind === "retired"
      ? [
          {
            operation: pair.old.operation,
            ...(pair.old.operationId === undefined ? {} : { operationId: pair.old.operationId }),
            name,
            file,
          },
        ]
      : [],
  );
