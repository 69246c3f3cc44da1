// Workloads read for real: by the bundled parser, from a server's pg_stat_statements, from logs in each format.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { normalise } from "../pg/workload/normalise.ts";
import { readStatements } from "../pg/workload/read-statements.ts";
import { workloadOfText } from "../pg/workload/read-text.ts";
import { withWindows } from "../pg/workload/windows.ts";
import { testServer } from "../testing/postgres-server.ts";
import { loadSqlParser } from "./sql-parser.ts";

const parse = await loadSqlParser();
const text = (sql: string): string => normalise(sql, parse).text;

describe("a statement without its constants", () => {
  const cases: Readonly<Record<string, string>> = {
    "/* trace=secret */ SELECT  a FROM t -- secret\n WHERE b = 'secret' AND c = -42;":
      "SELECT a FROM t WHERE b = $1 AND c = $2",
    "select E'x\\'secret', $$secret$$, U&'secret', B'01', x'ff', 1.5e3, .5, 0x1F":
      "select $1, $2, $3, $4, $5, $6, $7, $8",
    "select * from t where at > now() - interval '1 day' and d = date '2020-01-01'":
      "select * from t where at > now() - $1::interval and d = $2::date",
    "select 'a'\n  'secret' from t where x = $3 limit 10": "select $4 from t where x = $3 limit $5",
    "select a, 2 from t where ok is true and not gone = false and z is null group by 1 order by 2":
      "select a, $1 from t where ok is true and not gone = false and z is null group by 1 order by 2",
    "select a::varchar(10), extract(year from b) from t where e = 'ä' and f = 'ö'":
      "select a::varchar(10), extract(year from b) from t where e = $1 and f = $2",
    "select * from \"odd 'name' 7\" where a1 in (1,2,3)": "select * from \"odd 'name' 7\" where a1 in ($1,$2,$3)",
    "alter role app password 'secret'": "alter role app password $1",
    "select * from t where at > interval $1": "select * from t where at > $1::interval",
    "select * frm t where a = 'secret' and b = 12": "select * frm t where a = $1 and b = $2",
  };
  for (const [sql, wanted] of Object.entries(cases))
    test(sql.replaceAll("\n", " "), () => expect(text(sql)).toBe(wanted));
});

test("a file says how often each statement runs; those alike are one", () => {
  const { statements, gaps } = workloadOfText(
    "q.sql",
    "-- calls: 1,200 mean: 3.5ms\nselect * from t where id = 1;\n-- calls=300\nselect * from t where id = 2;\nselect 1;",
    parse,
  );
  expect(gaps).toEqual([]);
  expect(statements.map(({ text, calls, examples }) => [text, calls, examples.length])).toEqual([
    ["select * from t where id = $1", 1500, 2],
    ["select $1", 1, 1],
  ]);
  expect(() => workloadOfText("q.sql", "select 1;\nselect frm;;\nselect * frm t x y", parse)).toThrow("syntax error");
});

describe("a log", () => {
  const logs = {
    stderr: `2026-01-02 03:04:05.678 UTC [7] app@shop LOG:  duration: 1.500 ms  statement: select *
\tfrom t
\twhere a = 'secret'
2026-01-02 03:04:06 UTC [7] app@shop LOG:  duration: 0.1 ms  parse s1: select * from t where a = $1
2026-01-02 03:04:06 UTC [7] app@shop LOG:  duration: 2.500 ms  execute s1: select * from t where a = $1
2026-01-02 03:04:06 UTC [7] app@shop DETAIL:  parameters: $1 = 'secret'
2026-01-02 03:04:06 UTC [7] app@shop LOG:  duration: 2.5 ms  plan:
\tQuery Text: select secret
2026-01-02 03:04:06 UTC [7] app@shop ERROR:  duration: 1 ms  statement: select 7`,
    csv: `2026-01-02 03:04:05.678 UTC,"app","shop",7,"[local]",1.1,1,"SELECT",2026-01-02 03:04:05 UTC,1/1,0,LOG,00000,"duration: 1.500 ms  statement: select *
from t
where a = ""x"" and b = 'secret'",,,,,,,,,"psql"
2026-01-02 03:04:05.678 UTC,"app","shop",7,"[local]",1.1,1,"SELECT",2026-01-02 03:04:05 UTC,1/1,0,ERROR,00000,"duration: 1 ms  statement: select 7",,,,,,,,,"psql"
`,
    json: `{"timestamp":"2026-01-02 03:04:05.678 UTC","error_severity":"LOG","message":"duration: 1.500 ms  execute <unnamed>: select * from t where a = 'secret'"}
{"timestamp":"2026-01-02 03:04:05.678 UTC","error_severity":"LOG","message":"checkpoint starting: time"}
`,
  };
  for (const [format, log] of Object.entries(logs)) {
    test(format, () => {
      const workload = workloadOfText(`x.${format}`, log, parse);
      expect({
        ...workload,
        statements: workload.statements.map((one) => ({ ...one, examples: [] })),
      }).toMatchSnapshot();
    });
  }
});

test("windows are what came between looks; counters that were reset begin anew", () => {
  const look = (atMs: number, calls: number) => ({
    atMs,
    workload: {
      ...workloadOfText("q.sql", `-- calls: ${calls}\nselect 1`, parse),
    },
  });
  const windows = withWindows([look(0, 100), look(10_000, 160), look(20_000, 5)])?.statements[0]?.windows;
  expect(windows?.map(({ ms, calls }) => [ms, calls])).toEqual([
    [10_000, 60],
    [10_000, 5],
  ]);
});

const server = await testServer();

test.skipIf(server === undefined)("a server without the extension is a gap, not a failure", async () => {
  const database = await server!.createDatabase();
  const client = postgres(server!.url(database), { max: 1, ssl: false });
  try {
    const ask = async (sql: string) => (await client.unsafe(sql)).map((row) => String(Object.values(row)[0]));
    const { statements, gaps } = await readStatements(ask, parse);
    expect(statements).toEqual([]);
    expect(gaps[0]).toContain("pg_stat_statements is not installed");
    await client.unsafe("create schema ext; create extension pg_stat_statements schema ext");
    expect((await readStatements(ask, parse)).gaps[0]).toContain("its library is not loaded");
  } finally {
    await client.end();
  }
});
