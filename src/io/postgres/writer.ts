// A connection that writes: one server process for its whole life, never replaced behind one's back, and honest about being lost.
import postgres from "postgres";
import { Fault } from "../../kernel/fault.ts";
import type { Target } from "../../pg/connection.ts";
import type { Connection, Outcome, Row, ServerError } from "../../pg/migrations/server.ts";
import { codeOf, connectAny, wordsOf } from "./connect.ts";

interface Farewell {
  readonly sqlstate: string;
  readonly message: string;
}

/** A server that ends a connection says why in a last message, which belongs to no query. */
const farewellIn = (bytes: Uint8Array): Farewell | undefined => {
  const text = new TextDecoder("latin1").decode(bytes);
  const match = /S(?:FATAL|PANIC)\0(?:V\w+\0)?C(\w{5})\0M([^\0]*)\0/.exec(text);
  return match === null ? undefined : { sqlstate: match[1] ?? "", message: match[2] ?? "" };
};

const serverError = (error: postgres.PostgresError): ServerError => ({
  sqlstate: error.code,
  message: error.message,
  ...(error.detail ? { detail: error.detail } : {}),
  ...(error.hint ? { hint: error.hint } : {}),
  ...(error.position ? { position: Number(error.position) } : {}),
  ...(error.where ? { where: error.where } : {}),
});

/** A refusal after which the server closes the connection. */
const isFatal = (error: postgres.PostgresError): boolean =>
  /^(FATAL|PANIC)$/.test(error.severity_local) || /^(57P0[1235]|08)/.test(error.code);

/** Queries of ours cast to text; rows of others are not looked at. */
const asText = (value: unknown): string | null => (typeof value === "string" ? value : null);

const rowsOf = (result: unknown): readonly Row[] => {
  // Several statements in one query give a list of results: the last one counts.
  const list =
    Array.isArray(result) && Array.isArray((result as unknown[]).at(-1)) ? (result as unknown[]).at(-1) : result;
  if (!Array.isArray(list)) return [];
  return (list as Readonly<Record<string, unknown>>[]).map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asText(value)])),
  );
};

/** The number that the connection was given for cancelling: a server gives its process, a pooler one of its own. */
const announcedBy = (result: unknown): number | undefined => {
  const { state } = result as { readonly state?: { readonly pid?: unknown } | null };
  return typeof state?.pid === "number" ? state.pid : undefined;
};

/** Connects for writing. Results are texts, notices are dropped. Throws a Fault when nothing lets us in. */
export const connectWriter = async (target: Target): Promise<Connection> => {
  let farewell: Farewell | undefined;
  let isLost = false;
  let announced: number | undefined;
  const client = await connectAny(target, (socket) => {
    socket.on("data", (bytes: Uint8Array) => {
      farewell = farewellIn(bytes) ?? farewell;
    });
    socket.once("close", () => {
      isLost = true;
    });
  });
  const lost = (error: unknown): Outcome => {
    isLost = true;
    void client.end({ timeout: 0 });
    const message = farewell?.message ?? wordsOf(error);
    return { kind: "lost", message, ...(farewell === undefined ? {} : { sqlstate: farewell.sqlstate }) };
  };
  const run = async (sql: string): Promise<Outcome> => {
    if (isLost) return lost(new Error("the connection is closed"));
    try {
      const result = await client.unsafe(sql);
      announced ??= announcedBy(result);
      return { kind: "done", rows: rowsOf(result), count: result.count };
    } catch (error) {
      if (error instanceof postgres.PostgresError && !isFatal(error))
        return { kind: "refused", error: serverError(error) };
      if (error instanceof postgres.PostgresError) farewell ??= { sqlstate: error.code, message: error.message };
      else if (codeOf(error) === "") throw error;
      return lost(error);
    }
  };
  const first = await run("select pg_backend_pid()::text as pid");
  if (first.kind !== "done")
    throw new Fault(
      "world.database",
      `the connection was lost at once: ${first.kind === "lost" ? first.message : first.error.message}`,
    );
  const pid = Number(first.rows[0]?.["pid"]);
  return {
    run,
    pid,
    isDirect: announced === undefined || announced === pid,
    close: async () => {
      await client.end({ timeout: 1 });
    },
  };
};
