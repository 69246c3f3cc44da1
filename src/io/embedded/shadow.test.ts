// The shadow: several schemas in one server without a trace of each other, and work inside a database of its own.
import { expect, test } from "bun:test";
import { Fault } from "../../kernel/fault.ts";
import { withShadow } from "./load-schema.ts";

const options = { deadlineMs: 60_000, signal: new AbortController().signal };
const everything = { schemas: [] };

test("one server holds schema after schema, and a database to work in", async () => {
  const sql =
    "create extension hstore; create table t (a int); alter table t owner to boss; create table u (h hstore);";
  await withShadow(options, async (shadow) => {
    const first = await shadow.load([{ path: "a.sql", text: sql }], everything);
    const broken = await shadow
      .load([{ path: "b.sql", text: "create table t (a nothing);" }], everything)
      .catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(Fault);
    const again = await shadow.load([{ path: "a.sql", text: sql }], everything);
    expect(again.reading.catalog).toEqual(first.reading.catalog);

    await shadow.within({ roles: ["boss"], extensions: ["hstore"] }, async (scratch) => {
      expect(await scratch.run(sql.split(";").slice(0, -1))).toEqual({ done: 4 });
      const before = await scratch.read();
      expect(before.catalog).toEqual(first.reading.catalog);
      await scratch.aside(async () => {
        expect(await scratch.run(["insert into t values (1), (2)", "alter table t add b int"])).toEqual({ done: 2 });
        expect(await scratch.rows("select count(*)::text from t")).toEqual(["2"]);
        expect((await scratch.run(["select 1 / 0"])).error?.sqlstate).toBe("22012");
      });
      expect(await scratch.rows("select count(*)::text from t")).toEqual(["0"]);
      expect((await scratch.read()).catalog).toEqual(before.catalog);
    });
    const empty = await shadow.load([], everything);
    expect(empty.reading.catalog.schemas.map(({ name }) => name)).toEqual(["public"]);
    expect([empty.reading.catalog.tables, empty.reading.catalog.dependencies]).toEqual([[], []]);
  });
});
