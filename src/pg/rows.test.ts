// Rows for real schemas: every table gets its rows, and its foreign keys hold when they are checked again.
import { expect, test } from "bun:test";
import { withShadow } from "../io/embedded/load-schema.ts";
import { fillTables } from "./rows.ts";

const schema = `
create type mood as enum ('sad', 'ok');
create domain email as text check (value ~ '^[^@]+@[^@]+$');
create domain percent as numeric(5,2) check (value >= 0 and value <= 100);
create type pair as (a int, b mood);
create table author (id bigint generated always as identity primary key, name varchar(40) not null unique, mail email not null,
  share percent, feeling mood not null, pairs pair[], home inet, boss_id bigint references author, code char(2) unique);
create table book (isbn text primary key check (length(isbn) = 3), author_id bigint not null references author, pages int check (pages between 50 and 60),
  state text not null check (state in ('draft', 'done')), twice int generated always as (pages * 2) stored, during tstzrange, exclude using gist (during with &&));
create table page (isbn text references book, number smallint, body jsonb, primary key (isbn, number), unique (number, isbn));
create table note (isbn text not null, number smallint not null, foreign key (isbn, number) references page match full);
create table left_one (id int primary key, other int not null);
create table right_one (id int primary key, other int not null references left_one deferrable);
alter table left_one add foreign key (other) references right_one;
create table event (id uuid, at date not null, kind text not null, primary key (id, at, kind)) partition by range (at);
create table event_1 partition of event for values from ('2025-03-01') to ('2025-04-01') partition by list (kind);
create table event_1_a partition of event_1 for values in ('click', 'view');
create table event_2 partition of event for values from ('2025-04-01') to ('2025-05-01');
create table flag (on_off boolean primary key);
create table nothing ();
create function no() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
create trigger no before insert on author for each row execute function no();
`;

test("fills tables through keys, checks, domains, partitions and triggers", async () => {
  await withShadow({ deadlineMs: 60_000, signal: new AbortController().signal }, async (shadow) => {
    await shadow.within({}, async (scratch) => {
      expect((await scratch.run([schema])).error).toBeUndefined();
      const { catalog } = await scratch.read();
      await scratch.run(["set session_replication_role = replica"]);
      const filled = await fillTables(catalog, async (sql) => (await scratch.attempt(sql))?.message);
      expect(filled.map(({ name, rows, reason }) => [name, rows, reason]).sort()).toEqual([
        ["author", 3, undefined],
        ["book", 3, undefined],
        ["event", 3, undefined],
        ["flag", 2, 'duplicate key value violates unique constraint "flag_pkey"'],
        ["left_one", 3, undefined],
        ["note", 3, undefined],
        ["nothing", 3, undefined],
        ["page", 3, undefined],
        ["right_one", 3, undefined],
      ]);
      await scratch.run(["set session_replication_role = origin"]);
      const keys = catalog.tables.flatMap(({ schema, name, constraints, partitionOf }) =>
        constraints.flatMap((one) =>
          one.kind === "foreign-key" && partitionOf === undefined
            ? [`alter table ${schema}.${name} add constraint again_${one.name} ${one.definition}`]
            : [],
        ),
      );
      expect(keys.length).toBe(6);
      expect(await scratch.run(keys)).toEqual({ done: 6 });
    });
  });
});
