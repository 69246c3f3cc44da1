// PostgreSQL's own SQL parser (libpg_query 18, WebAssembly), embedded in the binary.
import loadModule from "libpg-query/wasm/libpg-query.js";
import wasmPath from "libpg-query/wasm/libpg-query.wasm" with { type: "file" };
import { isObject } from "../kernel/json.ts";
import { byteIndexes, characterIndex } from "../pg/positions.ts";
import type { ParseSql, Parsed, Statement } from "../pg/tree.ts";

type Instance = Awaited<ReturnType<typeof loadModule>>;

// C structures of pg_query.h on wasm32: PgQueryParseResult { tree, stderr, error }, PgQueryError { message, funcname, filename, lineno, cursorpos }.
const resultTree = 0;
const resultError = 8;
const errorMessage = 0;
const errorCursor = 16;

const instantiate = async (): Promise<Instance> => {
  const binary = await Bun.file(wasmPath).arrayBuffer();
  // The package's own loader looks for its file where it was built.
  return loadModule({
    instantiateWasm(imports, done) {
      void WebAssembly.instantiate(binary, imports).then(({ instance, module }) => done(instance, module));
      return {};
    },
  });
};

interface RawStatement {
  readonly stmt?: unknown;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

/** Statement nodes have exactly one key: their kind. Empty statements (`;;`) have none. */
const toStatements = (sql: string, raw: readonly RawStatement[]): readonly Statement[] => {
  const indexOf = byteIndexes(sql);
  return raw.flatMap(({ stmt, stmt_location = 0, stmt_len }) => {
    const [kind, fields] = Object.entries(isObject(stmt) ? stmt : {})[0] ?? [];
    if (kind === undefined || !isObject(fields)) return [];
    const start = indexOf(stmt_location);
    const end = stmt_len === undefined ? sql.trimEnd().length : indexOf(stmt_location + stmt_len);
    return [{ kind, fields, start, end }];
  });
};

/** What has no end is quoted by PostgreSQL to the end of the text; its first line tells enough. */
const inShort = (message: string): string =>
  message.replace(/(at or near ")([^]*)"$/, (_, before: string, near: string) => {
    const line = near.split("\n")[0] ?? "";
    return `${before}${line.length === near.length && line.length <= 60 ? line : `${line.slice(0, 60)}…`}"`;
  });

const parseWith = (instance: Instance, sql: string): Parsed => {
  const size = instance.lengthBytesUTF8(sql) + 1;
  const input = instance._malloc(size);
  instance.stringToUTF8(sql, input, size);
  const result = instance._wasm_parse_query_raw(input);
  try {
    const error = instance.getValue(result + resultError, "i32");
    if (error !== 0) {
      const message = instance.UTF8ToString(instance.getValue(error + errorMessage, "i32"));
      const cursor = instance.getValue(error + errorCursor, "i32");
      return { kind: "error", message: inShort(message), index: characterIndex(sql, Math.max(0, cursor - 1)) };
    }
    const tree = JSON.parse(instance.UTF8ToString(instance.getValue(result + resultTree, "i32"))) as {
      readonly stmts: readonly RawStatement[];
    };
    return { kind: "statements", statements: toStatements(sql, tree.stmts) };
  } finally {
    instance._wasm_free_parse_result(result);
    instance._free(input);
  }
};

/** Loads the parser (about 30 ms); the function it gives is synchronous and may be called any number of times. */
export const loadSqlParser = async (): Promise<ParseSql> => {
  const instance = await instantiate();
  return (sql) => parseWith(instance, sql);
};
