// A set like the database of a web application: users, sessions, posts, comments and events, with jsonb, arrays, enums and skew.
import type { WorkloadSet } from "./workload-set.ts";

const schema = `
create type plan as enum ('free', 'pro', 'team', 'enterprise');
create table accounts (id bigint generated always as identity primary key, slug text not null unique, plan plan not null, created_at timestamptz not null, settings jsonb not null default '{}');
create table users (id bigint generated always as identity primary key, account_id bigint not null references accounts, email text not null, name text not null, created_at timestamptz not null, last_seen timestamptz, deleted_at timestamptz, tags text[] not null default '{}');
create table sessions (token uuid primary key, user_id bigint not null references users, expires_at timestamptz not null, ip inet);
create table posts (id bigint generated always as identity primary key, account_id bigint not null references accounts, author_id bigint not null references users, title text not null, body text not null, state text not null, published_at timestamptz, score int not null);
create table comments (id bigint generated always as identity primary key, post_id bigint not null references posts, author_id bigint not null references users, body text not null, spam boolean not null default false, created_at timestamptz not null);
create table events (id bigint generated always as identity primary key, account_id bigint not null, user_id bigint, kind text not null, at timestamptz not null, payload jsonb not null, duration double precision);
create table jobs (id bigint generated always as identity primary key, queue text not null, state text not null, run_at timestamptz not null, attempts int not null default 0, payload jsonb not null);
create index jobs_queue_idx on jobs (queue);
`;

const rows = [
  `select setseed(0.17)`,
  `insert into accounts (slug, plan, created_at, settings) select 'acct-'||i, (case when random()<0.8 then 'free' when random()<0.7 then 'pro' when random()<0.9 then 'team' else 'enterprise' end)::plan, timestamptz '2022-01-01'+random()*interval '1000 days', jsonb_build_object('lang', (array['en','de','fr','ja'])[1+(random()*3)::int], 'beta', random()<0.05) from generate_series(1,5000) i`,
  `insert into users (account_id, email, name, created_at, last_seen, deleted_at, tags) select 1+(power(random(),2)*4998)::int, 'user'||i||'@example.org', 'Name '||md5(i::text), timestamptz '2022-01-01'+random()*interval '1000 days', case when random()<0.7 then timestamptz '2024-06-01'+random()*interval '200 days' end, case when random()<0.03 then timestamptz '2024-01-01' end, array(select 't'||(power(random(),2)*40)::int from generate_series(1,(random()*4)::int)) from generate_series(1,120000) i`,
  `insert into sessions select md5(i::text)::uuid, 1+(random()*119998)::int, timestamptz '2024-12-01'+random()*interval '60 days', ('10.'||(random()*255)::int||'.'||(random()*255)::int||'.7')::inet from generate_series(1,200000) i`,
  `insert into posts (account_id, author_id, title, body, state, published_at, score) select 1+(power(random(),2)*4998)::int, 1+(random()*119998)::int, 'Title '||md5(i::text), repeat(md5(i::text), 6), case when random()<0.9 then 'published' when random()<0.8 then 'draft' else 'review' end, case when random()<0.9 then timestamptz '2022-06-01'+i*interval '5 minutes' end, (power(random(),6)*1000)::int from generate_series(1,250000) i`,
  `insert into comments (post_id, author_id, body, spam, created_at) select 1+(power(random(),2)*249998)::int, 1+(random()*119998)::int, md5(i::text), random()<0.01, timestamptz '2022-06-01'+i*interval '70 seconds' from generate_series(1,1200000) i`,
  `insert into events (account_id, user_id, kind, at, payload, duration) select 1+(power(random(),3)*4998)::int, case when random()<0.8 then 1+(random()*119998)::int end, (array['view','view','view','view','click','login','error','purchase'])[1+(random()*7)::int], timestamptz '2024-01-01'+i*interval '30 seconds'+random()*interval '5 minutes', jsonb_build_object('page','/p/'||(random()*500)::int,'n',(random()*10)::int), random()*1000 from generate_series(1,1000000) i`,
  `insert into jobs (queue, state, run_at, attempts, payload) select (array['mail','index','export'])[1+(random()*2)::int], case when random()<0.995 then 'done' when random()<0.8 then 'ready' else 'failed' end, timestamptz '2024-01-01'+i*interval '2 minutes', (random()*3)::int, '{}' from generate_series(1,150000) i`,
];

const queries = [
  `select * from users where email = 'user777@example.org'`,
  `select * from users where lower(email) = 'user99@example.org'`,
  `select * from users where account_id = 1234 and deleted_at is null order by created_at desc limit 25`,
  `select u.* from sessions s join users u on u.id = s.user_id where s.token = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b' and s.expires_at > timestamptz '2024-12-05'`,
  `delete from sessions where expires_at < timestamptz '2024-12-01 02:00'`,
  `select * from posts where account_id = 42 and state = 'published' order by published_at desc limit 20`,
  `select * from posts where state = 'review' order by published_at limit 50`,
  `select * from posts where author_id = 777 order by id desc`,
  `select p.id, p.title, count(c.id) from posts p left join comments c on c.post_id = p.id where p.author_id = 4242 group by p.id`,
  `select * from comments where post_id = 4711 and not spam order by created_at`,
  `select * from comments where spam order by created_at desc limit 100`,
  `select c.*, u.name from comments c join users u on u.id = c.author_id where c.post_id = 17 order by c.created_at limit 30`,
  `select count(*) from comments where created_at >= timestamptz '2024-12-01' and created_at < timestamptz '2024-12-02'`,
  `select author_id, count(*) from comments where created_at > timestamptz '2024-12-20' group by 1 order by 2 desc limit 10`,
  `select * from events where account_id = 99 order by at desc limit 50`,
  `select * from events where user_id = 4242 and kind = 'purchase'`,
  `select kind, count(*) from events where at >= timestamptz '2024-12-01' and at < timestamptz '2024-12-02' group by kind`,
  `select account_id, count(*) from events where kind = 'error' and at > timestamptz '2024-12-05' group by 1 order by 2 desc limit 5`,
  `select * from events where payload @> '{"page":"/p/77","n":3}'`,
  `select count(*) from events where payload->>'page' = '/p/123'`,
  `select * from users where tags @> array['t39']`,
  `select * from users where name like 'Name abc%'`,
  `select id, email from users where name like '%deadbee%'`,
  `select * from jobs where queue = 'mail' and state = 'ready' and run_at <= timestamptz '2024-12-31' order by run_at limit 10 for update skip locked`,
  `update jobs set state = 'done' where state = 'ready' and run_at < timestamptz '2024-01-02'`,
  `select a.slug, count(*) from accounts a join users u on u.account_id = a.id where a.plan = 'enterprise' group by a.slug order by 2 desc limit 10`,
  `select u.id from users u where not exists (select 1 from posts p where p.author_id = u.id) and u.account_id = 77`,
  `select * from accounts where settings->>'beta' = 'true' and plan = 'team'`,
  `select p.* from posts p join accounts a on a.id = p.account_id where a.slug = 'acct-100' and p.score > 900`,
  `select * from posts order by score desc, id limit 10`,
  `select * from users where last_seen is null and created_at < timestamptz '2022-02-01'`,
  `select max(at) from events`,
  `select * from events where id between 5000 and 5100`,
  `select distinct kind from events where account_id = 3000`,
];

const candidates = [
  `create index w1 on users (email)`,
  `create index w2 on users (lower(email))`,
  `create index w3 on users (account_id, created_at)`,
  `create index w4 on posts (account_id, published_at)`,
  `create index w5 on posts (author_id)`,
  `create index w6 on posts (published_at) where state = 'review'`,
  `create index w7 on comments (post_id)`,
  `create index w8 on comments (created_at) where spam`,
  `create index w9 on comments (created_at)`,
  `create index w10 on events (account_id, at)`,
  `create index w11 on events (user_id)`,
  `create index w12 on events (at)`,
  `create index w13 on events using brin (at)`,
  `create index w14 on events using gin (payload jsonb_path_ops)`,
  `create index w15 on users using gin (tags)`,
  `create index w16 on jobs (run_at) where state = 'ready'`,
  `create index w17 on sessions (expires_at)`,
  `create index w18 on posts (score desc)`,
];

export const shop: WorkloadSet = { name: "shop", schema, rows, queries, candidates };
