// What a schema file says about itself in comments: `-- @renamed from=old_name` beside a table, column, type, constraint or index.
import type { Said } from "./renaming.ts";

const annotation = /(?:--|\/\*)\s*@renamed\s+from\s*=\s*("(?:[^"]|"")+"|[^\s*]+)/;

const identifier = String.raw`"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*`;

const created = new RegExp(
  String.raw`\bcreate\s+(?:or\s+replace\s+)?(?:unique\s+|unlogged\s+|foreign\s+|materialized\s+)*(table|type|domain|index|view|sequence|schema|function|procedure|aggregate|collation|conversion|statistics)\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?((?:(?:${identifier})\.)*(?:${identifier}))`,
  "giu",
);

const listed = new RegExp(String.raw`^\s*(?:constraint\s+)?(${identifier})`, "iu");

const unquoted = (path: string): string =>
  path
    .split(/\.(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase()))
    .join(".");

const lastPart = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

/** The renames that a file's comments tell, in its order; an object's first comment counts. */
export const renamesSaid = (text: string): readonly Said[] => {
  const said = new Map<string, Said>();
  let table = "";
  let waiting: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const found = annotation.exec(line);
    const code = found === null ? line : line.slice(0, found.index);
    const made = [...code.matchAll(created)].at(-1);
    if (made?.[1]?.toLowerCase() === "table") table = unquoted(made[2] ?? "");
    const from = found === null ? waiting : unquoted(found[1] ?? "");
    const name = made?.[2] === undefined ? listed.exec(code)?.[1] : unquoted(made[2]);
    waiting = found !== null && code.trim() === "" ? from : undefined;
    if (from === undefined || name === undefined || (found !== null && code.trim() === "")) continue;
    const to = made === undefined ? `${table === "" ? "" : `${lastPart(table)}.`}${unquoted(name)}` : name;
    // What has a place of its own may come from another schema.
    if (!said.has(to)) said.set(to, { from: made === undefined ? lastPart(from) : from, to });
  }
  return [...said.values()];
};
