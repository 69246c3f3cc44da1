// Asks the embedded planner what is known, before anything is built on its answers: a wrong answer ends everything.
import { planOf, signature } from "./plan.ts";
import type { DiskOrder, Planner } from "./planner.ts";
import { restoreRelation } from "./restore.ts";
import { cloneSchema } from "./reduce.ts";

const schema = `"${cloneSchema} check"`;

/** A table of 1,000,000 rows in 20,000 blocks that is empty, its primary key in 2,745 blocks. */
const statements: readonly string[] = [
  `create schema ${schema}`,
  `create table ${schema}.t (id integer primary key, ref integer not null, note text)`,
  `create index t_ref on ${schema}.t (ref)`,
];

const column = (name: string, width: number, distinct: number): string =>
  `select pg_catalog.pg_restore_attribute_stats('schemaname', '${cloneSchema} check', 'relname', 't', 'attname', '${name}', 'inherited', false,
     'null_frac', 0::real, 'avg_width', ${width}::int, 'n_distinct', ${distinct}::real, 'correlation', 1::real)`;

const relation = (name: string, pages: number, tuples: number): string =>
  restoreRelation({ schema: `${cloneSchema} check`, name, pages, tuples, visible: name === "t" ? pages : 0 });

/** What PostgreSQL 18 answers with its default settings: shape, cost, rows. */
const questions: readonly { readonly sql: string; readonly answer: string }[] = [
  { sql: `select * from ${schema}.t where id = 7`, answer: "Index Scan(t_pkey)<t> 8.44 1" },
  { sql: `select * from ${schema}.t where ref = 7`, answer: "Index Scan(t_ref)<t> 11.18 100" },
  { sql: `select count(*) from ${schema}.t`, answer: "Aggregate[Index Only Scan(t_ref)<t>] 20900.43 1" },
  { sql: `select * from ${schema}.t where note like '%x%'`, answer: "Seq Scan<t> 32500.00 999900" },
];

const pathOf = async (planner: Planner, name: string): Promise<string> =>
  (await planner.rows(`select pg_catalog.pg_relation_filepath('${schema}.${name}'::regclass)`))[0] ?? "";

/** The answers to the questions above, as this planner gives them. */
export const selfTestAnswers = async (planner: Planner): Promise<readonly string[]> => {
  await planner.extend([{ name: "pg_buffercache", versions: [] }]);
  await planner.run([
    "set ignore_checksum_failure = on",
    ...statements,
    column("id", 4, -1),
    column("ref", 4, 10000),
    column("note", 20, -0.5),
  ]);
  await planner.run([
    `create extension pg_buffercache schema ${schema}`,
    `select ${schema}.pg_buffercache_evict_all()`,
  ]);
  const orders: DiskOrder[] = [
    { kind: "length", path: await pathOf(planner, "t"), blocks: 20_000 },
    { kind: "btree", path: await pathOf(planner, "t_pkey"), blocks: 2745, level: 2 },
    { kind: "btree", path: await pathOf(planner, "t_ref"), blocks: 850, level: 2 },
  ];
  await planner.disk(orders);
  await planner.run([relation("t", 20_000, 1e6), relation("t_pkey", 2745, 1e6), relation("t_ref", 850, 1e6)]);
  const answers = await planner.explain(questions.map(({ sql }) => `explain (format json) ${sql}`));
  await planner.run([`drop schema ${schema} cascade`]);
  return answers.map((answer) => {
    if (answer.kind === "refused") return answer.error.message;
    const plan = planOf(answer.json);
    return plan === undefined ? "no plan" : `${signature(plan)} ${plan.cost.toFixed(2)} ${plan.rows}`;
  });
};

/** Throws when the planner answers otherwise: then nothing that it says can be believed. */
export const checkPlanner = async (planner: Planner): Promise<void> => {
  const answers = await selfTestAnswers(planner);
  const wrong = questions.findIndex(({ answer }, at) => answers[at] !== answer);
  if (wrong < 0) return;
  throw new Error(
    `the embedded planner answered "${answers[wrong] ?? ""}" where "${questions[wrong]?.answer ?? ""}" is known: no index is guessed at`,
  );
};
