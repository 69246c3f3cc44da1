// A second set that nothing was developed on: many tenants in the same tables, partitions by month, documents, lists and words.
import type { WorkloadSet } from "./workload-set.ts";
import { generator } from "./random-queries.ts";

const schema = `
create table tenant (id int primary key, name text not null, region text not null, plan text not null);
create table member (tenant_id int not null references tenant, id int not null, email text not null, role text not null, active boolean not null, joined date not null, primary key (tenant_id, id));
create table ticket (tenant_id int not null references tenant, id bigint not null, member_id int, status text not null, priority smallint not null, opened timestamptz not null, closed timestamptz, title text not null, labels text[] not null, fields jsonb not null, words tsvector not null, primary key (tenant_id, id));
create table reading (tenant_id int not null, device int not null, at timestamptz not null, value double precision, quality smallint not null) partition by range (at);
${Array.from({ length: 6 }, (_, i) => `create table reading_${i + 1} partition of reading for values from ('2024-0${i + 1}-01') to ('2024-0${i + 2}-01');`).join("\n")}
create index reading_device on reading (device, at);
create index ticket_open on ticket (tenant_id, opened) where closed is null;
`;

const rows = [
  `insert into tenant select i, 'tenant ' || i, (array['eu','eu','us','ap'])[1 + i % 4], case when i % 20 = 0 then 'enterprise' when i % 3 = 0 then 'pro' else 'free' end from generate_series(1, 400) i`,
  `insert into member select 1 + (power(random(), 3) * 399)::int, i, 'm' || i || '@example.org', (array['owner','admin','agent','agent','viewer'])[1 + (random() * 4)::int], random() < 0.85, date '2020-01-01' + (random() * 1500)::int from generate_series(1, 60000) i`,
  `insert into ticket select 1 + (power(random(), 3) * 399)::int, i, case when random() < 0.8 then (random() * 60000)::int end, (array['open','pending','solved','solved','solved','spam'])[1 + (random() * 5)::int], (power(random(), 2) * 5)::int, timestamptz '2024-01-01' + i * interval '45 seconds', case when random() < 0.93 then timestamptz '2024-01-01' + i * interval '45 seconds' + random() * interval '20 days' end, 'Ticket ' || md5(i::text), array(select 'l' || (power(random(), 2) * 60)::int from generate_series(1, (random() * 4)::int)), jsonb_build_object('os', (array['linux','mac','windows'])[1 + (random() * 2)::int], 'build', (random() * 300)::int, 'vip', random() < 0.02), to_tsvector('simple', (array['disk','login','invoice','crash','slow','mail'])[1 + (random() * 5)::int] || ' ' || (array['error','question','request'])[1 + (random() * 2)::int] || ' w' || (random() * 500)::int) from generate_series(1, 300000) i`,
  `insert into reading select 1 + (power(random(), 2) * 399)::int, (random() * 3000)::int, timestamptz '2024-01-01' + i * interval '13 seconds', random() * 100, (power(random(), 4) * 6)::int from generate_series(1, 1150000) i`,
];

const random = generator(424_242);
const number = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
const one = (...from: readonly string[]): string => from[number(0, from.length - 1)] ?? "";
const tenant = (): number => 1 + Math.floor(random() ** 3 * 399);
const day = (): string => `2024-0${number(1, 6)}-${String(number(1, 28)).padStart(2, "0")}`;

const templates: readonly (() => string)[] = [
  () =>
    `select * from ticket where tenant_id = ${tenant()} and status = '${one("open", "pending", "spam")}' order by opened desc limit ${number(5, 50)}`,
  () => `select * from ticket where tenant_id = ${tenant()} and closed is null and priority >= ${number(1, 4)}`,
  () => `select status, count(*) from ticket where tenant_id = ${tenant()} group by 1`,
  () => `select count(*) from ticket where opened >= '${day()}' and opened < '${day()}'`,
  () => `select * from ticket where member_id = ${number(1, 60000)}`,
  () =>
    `select t.id, m.email from ticket t join member m on m.tenant_id = t.tenant_id and m.id = t.member_id where t.tenant_id = ${tenant()} and t.priority = ${number(0, 5)}`,
  () => `select id, title from ticket where labels @> array['l${number(0, 60)}']`,
  () => `select id from ticket where fields @> '{"build": ${number(0, 300)}}'`,
  () => `select count(*) from ticket where fields->>'os' = '${one("linux", "mac")}' and tenant_id = ${tenant()}`,
  () =>
    `select id, title from ticket where words @@ to_tsquery('simple', '${one("disk", "login", "crash")} & w${number(0, 500)}')`,
  () => `select * from member where email = 'm${number(1, 60000)}@example.org'`,
  () => `select * from member where tenant_id = ${tenant()} and active and role = '${one("owner", "admin")}'`,
  () => `select * from member where lower(email) = 'm${number(1, 60000)}@example.org'`,
  () =>
    `select role, count(*) from member where joined > '2023-${String(number(1, 12)).padStart(2, "0")}-01' group by 1`,
  () =>
    `select * from reading where device = ${number(0, 3000)} and at >= '${day()}' order by at desc limit ${number(10, 100)}`,
  () => `select avg(value) from reading where tenant_id = ${tenant()} and at >= '${day()}' and at < '2024-07-01'`,
  () =>
    `select device, max(value) from reading where at >= '${day()}' and at < '2024-07-01' and quality >= ${number(2, 6)} group by 1`,
  () => `select count(*) from reading where value > ${number(90, 99)}.${number(10, 99)} and at < '${day()}'`,
  () => `select * from reading where tenant_id = ${tenant()} and device = ${number(0, 3000)} order by at desc limit 10`,
  () =>
    `select n.name, count(*) from tenant n join ticket t on t.tenant_id = n.id where n.plan = '${one("enterprise", "pro")}' and n.region = '${one("eu", "us")}' and t.status = 'open' group by 1 order by 2 desc limit 10`,
  () =>
    `select * from ticket t where tenant_id = ${tenant()} and not exists (select 1 from member m where m.tenant_id = t.tenant_id and m.id = t.member_id) limit 20`,
  () =>
    `select distinct member_id from ticket where tenant_id in (${tenant()}, ${tenant()}, ${tenant()}) and priority > ${number(2, 4)}`,
  () => `update ticket set status = 'solved' where tenant_id = ${tenant()} and id = ${number(1, 300000)}`,
  () =>
    `delete from reading where at < '2024-01-${String(number(2, 9)).padStart(2, "0")}' and quality = ${number(3, 6)}`,
];

const candidates = [
  "create index w1 on ticket (tenant_id, status, opened)",
  "create index w2 on ticket (status, opened)",
  "create index w3 on ticket (member_id)",
  "create index w4 on ticket (opened)",
  "create index w5 on ticket using gin (labels)",
  "create index w6 on ticket using gin (fields jsonb_path_ops)",
  "create index w7 on ticket using gin (words)",
  "create index w8 on ticket ((fields->>'os'))",
  "create index w9 on ticket (tenant_id, priority) where closed is null",
  "create index w10 on member (email)",
  "create index w11 on member (lower(email))",
  "create index w12 on member (tenant_id, role) where active",
  "create index w13 on member (joined)",
  "create index w14 on reading (tenant_id, at)",
  "create index w15 on reading (tenant_id, device, at)",
  "create index w16 on reading using brin (at)",
  "create index w17 on reading (value)",
  "create index w18 on reading (quality, at)",
  "create index w19 on ticket (tenant_id, member_id)",
  "create index w20 on ticket (priority)",
];

export const saas: WorkloadSet = {
  name: "saas",
  schema,
  rows,
  queries: Array.from({ length: 192 }, (_, i) => (templates[i % templates.length] as () => string)()),
  candidates,
};
