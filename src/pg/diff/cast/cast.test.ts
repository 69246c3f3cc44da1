// Conversions between types, held against a real server value by value: what is refused, what does not come back, what is written anew.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { testServer } from "../../../testing/postgres-server.ts";
import type { ColumnType } from "../../catalog/tables.ts";
import { castOf, ownInverse } from "./expression.ts";
import { rewrites } from "./rewrites.ts";
import type { CastRisk } from "./risk.ts";
import { castRisk, readsTimeZone } from "./risk.ts";

const server = await testServer();

const schema = `
  CREATE TYPE mood AS ENUM ('sad', 'happy', 'ecstatic');
  CREATE DOMAIN short AS varchar(4);
  CREATE DOMAIN price AS numeric(8,2);

  /* One pair: does the conversion exist, how many values does it refuse, which do not come back, are rows written anew. */
  CREATE FUNCTION tried(a text, b text, forth text, back text, given text[])
    RETURNS TABLE (known boolean, refused int, changed text[], anew boolean) LANGUAGE plpgsql AS $$
  DECLARE v text; before oid; came text; up text; down text;
  BEGIN
    up := format('ALTER TABLE one ALTER c TYPE %s %s', b, coalesce('USING ' || forth, ''));
    down := format('ALTER TABLE one ALTER c TYPE %s %s', a, coalesce('USING ' || back, ''));
    known := true; refused := 0; changed := '{}'; anew := false;
    EXECUTE format('CREATE TEMP TABLE one (c %s)', a);
    BEGIN
      before := pg_relation_filenode('one');
      EXECUTE up;
      anew := pg_relation_filenode('one') <> before;
      RAISE 'undo' USING ERRCODE = 'UNDO0';
    EXCEPTION WHEN SQLSTATE 'UNDO0' THEN NULL; WHEN OTHERS THEN known := false;
    END;
    IF known THEN
      FOREACH v IN ARRAY given LOOP
        BEGIN
          EXECUTE format('INSERT INTO one VALUES (%L)', v);
          BEGIN EXECUTE up; EXCEPTION WHEN OTHERS THEN RAISE SQLSTATE 'RFSD0'; END;
          BEGIN
            EXECUTE down;
          EXCEPTION
            -- That there is no way back says nothing of the way.
            WHEN cannot_coerce OR datatype_mismatch THEN RAISE SQLSTATE 'UNDO0';
            WHEN OTHERS THEN RAISE SQLSTATE 'LOST0';
          END;
          EXECUTE 'SELECT c::text FROM one' INTO came;
          IF came IS DISTINCT FROM v THEN RAISE SQLSTATE 'LOST0'; END IF;
          RAISE SQLSTATE 'UNDO0';
        EXCEPTION
          WHEN SQLSTATE 'UNDO0' THEN NULL;
          WHEN SQLSTATE 'RFSD0' THEN refused := refused + 1;
          WHEN SQLSTATE 'LOST0' THEN changed := changed || v;
        END;
      END LOOP;
    END IF;
    DROP TABLE one;
    RETURN NEXT;
  END $$;

  /* Values as the type itself prints them, of those that it takes. */
  CREATE FUNCTION taken(a text, given text[]) RETURNS text[] LANGUAGE plpgsql AS $$
  DECLARE v text; printed text; found text[] := '{}';
  BEGIN
    FOREACH v IN ARRAY given LOOP
      BEGIN
        EXECUTE format('SELECT (%L::%s)::text', v, a) INTO printed;
        IF NOT printed = ANY (found) THEN found := found || printed; END IF;
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
    END LOOP;
    RETURN found;
  END $$;`;

const numbers =
  "0 1 -1 127 32767 2147483647 9223372036854775807 1.5 1.005 123456.789 1.23456789012345678 1e30 NaN".split(" ");
const words = [
  "",
  "a",
  "happy",
  "longer than ten letters",
  "1",
  "y".repeat(80),
  "101",
  "1.50",
  "2024-02-29",
  "{1,2}",
  "{}",
];
const moments = ["2024-02-29 12:34:56.789012", "1999-12-31", "infinity", "2024-11-03 06:30:00+00"];
const documents = ['{"a": 1}', "[1]", "1", "1.5", '"s"', "true"];

interface Case {
  readonly type: ColumnType;
  readonly values: readonly string[];
}

const builtIn = (name: string, text: string, values: readonly string[]): Case => ({
  type: { schema: "pg_catalog", name, kind: "base", array: false, text },
  values,
});
const own = (name: string, kind: ColumnType["kind"], values: readonly string[], base?: string): Case => ({
  type: { schema: "public", name, kind, array: false, text: `public.${name}`, ...(base === undefined ? {} : { base }) },
  values,
});
const arrayOf = ({ type, values }: Case): Case => ({
  type: { ...type, array: true, text: `${type.text}[]` },
  values: ["{}", ...values.filter((value) => /^[\w.]+$/.test(value)).map((value) => `{${value}}`)],
});

const types: readonly Case[] = [
  builtIn("int4", "integer", numbers),
  builtIn("int8", "bigint", numbers),
  builtIn("numeric", "numeric", numbers),
  builtIn("numeric", "numeric(6,2)", numbers),
  builtIn("float4", "real", numbers),
  builtIn("float8", "double precision", numbers),
  builtIn("money", "money", ["0", "1.5", "92233720368547758.07"]),
  builtIn("text", "text", words),
  builtIn("varchar", "character varying(4)", words),
  builtIn("bpchar", "character(3)", words),
  builtIn("date", "date", moments),
  builtIn("timestamp", "timestamp without time zone", moments),
  builtIn("timestamptz", "timestamp with time zone", moments),
  builtIn("time", "time without time zone", ["00:00", "12:34:56.789012"]),
  builtIn("interval", "interval", ["1 day", "1 mon", "25:00"]),
  builtIn("bool", "boolean", ["t", "f"]),
  builtIn("jsonb", "jsonb", documents),
  builtIn("uuid", "uuid", ["5b0e3c1e-1111-4111-8111-111111111111"]),
  builtIn("bit", "bit(3)", ["101", "000"]),
  builtIn("inet", "inet", ["10.0.0.1", "10.0.0.1/8", "::1"]),
  own("mood", "enum", ["sad", "happy", "ecstatic"]),
  own("short", "domain", ["ab", "abcd"], "character varying(4)"),
  own("price", "domain", ["1.25", "123456.78"], "numeric(8,2)"),
  arrayOf(builtIn("int4", "integer", numbers)),
  arrayOf(builtIn("varchar", "character varying(3)", words)),
];

const weight: Readonly<Record<CastRisk, number>> = { none: 0, "may fail": 1, loses: 2 };

/** Only how a value is written differs when it comes back: `1.50` was read as 1.5, blanks fill a char(n), NaN is text in JSON. */
const isSpelling = (from: ColumnType, to: ColumnType): boolean =>
  /^(?:text|varchar|bpchar|json|jsonb|short)$/.test(from.name) || /^(?:bpchar|jsonb)$/.test(to.name);

test.skipIf(server === undefined)("what is said of 600 changes of type is what the server does to values", async () => {
  if (server === undefined) return;
  const client = postgres(server.url(await server.createDatabase(schema)), {
    max: 1,
    ssl: false,
    onnotice: () => undefined,
  });
  const wrong: string[] = [];
  let known = 0;
  try {
    await client`set timezone = 'America/New_York'`;
    for (const { type: from, values } of types) {
      const [given] = await client<{ taken: string[] }[]>`select taken(${from.text}, ${[...values]})`;
      for (const { type: to } of types) {
        if (from.text === to.text) continue;
        const [forth = null, back = null] = [castOf(from, to, "c"), castOf(to, from, "c")];
        const [real] = await client<{ known: boolean; refused: number; changed: string[]; anew: boolean }[]>`
          select * from tried(${from.text}, ${to.text}, ${forth}, ${back}, ${given?.taken ?? []})`;
        if (real?.known !== true) continue;
        known += 1;
        const loses = real.changed.length > 0 && !isSpelling(from, to) && !readsTimeZone(from, to);
        const seen: CastRisk = loses ? "loses" : real.refused > 0 ? "may fail" : "none";
        const said = castRisk(from, to);
        if (weight[said] < weight[seen])
          wrong.push(`${from.text} → ${to.text}: ${seen}, said ${said} (${real.changed.join(", ")})`);
        if (real.anew && !rewrites(from, to)) wrong.push(`${from.text} → ${to.text} is written anew`);
      }
    }
  } finally {
    await client.end();
  }
  expect(wrong).toEqual([]);
  expect(known).toBeGreaterThan(250);
});

const type = (name: string, text: string): ColumnType => builtIn(name, text, []).type;

describe("castRisk", () => {
  test.each([
    [type("int4", "integer"), type("int8", "bigint"), "none"],
    [type("int2", "smallint"), type("numeric", "numeric(10,2)"), "none"],
    [type("numeric", "numeric(10,2)"), type("float8", "double precision"), "none"],
    [type("uuid", "uuid"), type("varchar", "character varying(36)"), "none"],
    [type("int8", "bigint"), type("int4", "integer"), "may fail"],
    [type("text", "text"), type("varchar", "character varying(255)"), "may fail"],
    [type("float4", "real"), type("numeric", "numeric(12,2)"), "loses"],
    [type("timestamp", "timestamp without time zone"), type("date", "date"), "loses"],
    [type("text", "text"), type("numeric", "numeric(12,2)"), "loses"],
  ] as const)("%j to %j: %s", (from, to, risk) => {
    expect(castRisk(from, to)).toBe(risk);
  });
});

describe("castOf", () => {
  const mood = own("mood", "enum", []).type;

  test("a bounded text refuses what is too long: nothing is cut by an explicit cast", () => {
    expect(castOf(mood, type("varchar", "character varying(3)"), "c")).toBe("c::text");
    expect(castOf(type("text", "text"), type("bit", "bit(3)"), "c")).toBe("c::bit varying");
  });

  test("what is no JSON becomes JSON as a whole", () => {
    expect(castOf(type("int4", "integer"), type("jsonb", "jsonb"), "c")).toBe("to_jsonb(c)");
    expect(castOf(type("jsonb", "jsonb"), type("uuid", "uuid"), "c")).toBe("(c #>> '{}')::uuid");
    expect(castOf(type("text", "text"), type("jsonb", "jsonb"), "c")).toBe("c::jsonb");
  });

  test("one expression is its own way back", () => {
    expect(ownInverse(`"created at" AT TIME ZONE 'Europe/Vienna'`, "other")).toBe("other AT TIME ZONE 'Europe/Vienna'");
    expect(ownInverse("created::timestamptz", "other")).toBeUndefined();
  });
});
