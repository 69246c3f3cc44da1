// Data rows for requests: CSV (RFC 4180) with a header line, or JSON lines, one object each.
import { Fault } from "../kernel/fault.ts";
import { isObject, own } from "../kernel/json.ts";
import { plural } from "../kernel/words.ts";
import type { Rows } from "./scenario.ts";

const fault = (path: string, line: number, message: string, help: string): Fault =>
  new Fault("input.invalid", message, { at: { kind: "file", path, line }, help });

interface Line {
  readonly number: number;
  readonly cells: readonly string[];
}

/** A cell in quotes may hold commas, line breaks, and quotes that are doubled. */
const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

const csvLines = (text: string, path: string): readonly Line[] => {
  const lines: Line[] = [];
  let [at, number, started] = [0, 1, 1];
  let cells: string[] = [];
  while (at < text.length || cells.length > 0) {
    cell.lastIndex = at;
    const found = cell.exec(text);
    if (found === null) {
      throw fault(
        path,
        number,
        "a quote stands where none can",
        "put the whole cell in quotes, and double those inside",
      );
    }
    const [whole, quoted, plain = "", end] = found;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    number += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    at += whole.length;
    if (end === ",") continue;
    // An empty line is no row.
    if (cells.length > 1 || cells[0] !== "" || quoted !== undefined) lines.push({ number: started, cells });
    [cells, started] = [[], number];
  }
  return lines;
};

const readCsv = (text: string, path: string): Omit<Rows, "order"> => {
  const [header, ...rows] = csvLines(text, path);
  const columns = header?.cells.map((name) => name.trim()) ?? [];
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined)
    throw fault(path, 1, `two columns are called "${twice}"`, "give each column a name of its own");
  const uneven = rows.find(({ cells }) => cells.length !== columns.length);
  if (uneven !== undefined) {
    const counts = `${plural(uneven.cells.length, "cell")}, and the header ${plural(columns.length, "column")}`;
    throw fault(path, uneven.number, `the row has ${counts}`, "give every row as many cells as there are columns");
  }
  return { columns, values: rows.map(({ cells }) => cells) };
};

const cellOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const objectOf = (line: string, path: string, number: number): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw fault(path, number, "the line is no JSON", "write one JSON object on each line");
  }
  if (isObject(value)) return value;
  throw fault(path, number, "the line is no JSON object", "write one JSON object on each line");
};

const readJsonLines = (text: string, path: string): Omit<Rows, "order"> => {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== "");
  const objects = lines.map(({ line, number }) => ({ object: objectOf(line, path, number), number }));
  const columns = Object.keys(objects[0]?.object ?? {});
  const values = objects.map(({ object, number }) =>
    columns.map((name) => {
      const value = own(object, name);
      if (value === undefined)
        throw fault(path, number, `the row has no "${name}"`, "give every row the keys of the first");
      return cellOf(value);
    }),
  );
  return { columns, values };
};

/** Told by the file's name; a file of JSON lines begins with a brace. */
export const readRows = (text: string, path: string): Omit<Rows, "order"> => {
  const plain = text.replace(/^\ufeff/, "");
  const isJson = /\.(jsonl|ndjson|json)$/i.test(path) || (!/\.csv$/i.test(path) && plain.trimStart().startsWith("{"));
  const rows = isJson ? readJsonLines(plain, path) : readCsv(plain, path);
  if (rows.values.length > 0) return rows;
  throw fault(
    path,
    1,
    "there are no rows in it",
    isJson ? "write one JSON object on each line" : "put rows below the header",
  );
};
