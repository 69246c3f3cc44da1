// A set that nothing was developed on: a database of films, with queries and indexes from a random generator of a fixed seed.
import { attribute, int, randomSet } from "./random-queries.ts";
import type { Attribute } from "./random-queries.ts";
import type { WorkloadSet } from "./workload-set.ts";

const schema = `
create table kind (id int primary key, kind text not null);
create table company (id int primary key, name text not null, country_code text);
create table person (id int primary key, name text not null, gender char(1), born int);
create table title (id int primary key, title text not null, kind_id int not null references kind, production_year int, season int, rating real);
create table movie_company (id int primary key, movie_id int not null references title, company_id int not null references company, note text);
create table cast_info (id int primary key, person_id int not null references person, movie_id int not null references title, role_id int not null, billing int);
create table movie_info (id int primary key, movie_id int not null references title, info_type int not null, info text not null, noted_on date not null);
create index cast_info_movie on cast_info (movie_id);
create index title_kind on title (kind_id);
`;

const rows = [
  `insert into kind select i, 'kind ' || i from generate_series(1, 7) i`,
  `insert into company select i, 'Company ' || md5(i::text), case when random() < 0.9 then '[' || (array['us','us','us','gb','de','fr','jp','in'])[1 + (random() * 7)::int] || ']' end from generate_series(1, 20000) i`,
  `insert into person select i, md5(i::text), case when random() < 0.6 then 'm' when random() < 0.9 then 'f' end, case when random() < 0.5 then 1900 + (power(random(), 0.5) * 105)::int end from generate_series(1, 120000) i`,
  `insert into title select i, md5(i::text), 1 + (power(random(), 2) * 6)::int, case when random() < 0.95 then 1900 + (power(random(), 0.4) * 124)::int end, case when random() < 0.2 then (random() * 12)::int end, case when random() < 0.4 then random() * 10 end from generate_series(1, 160000) i`,
  `insert into movie_company select i, 1 + (random() * 159998)::int, 1 + (power(random(), 3) * 19998)::int, case when random() < 0.4 then '(' || (1950 + (random() * 70)::int) || ')' end from generate_series(1, 260000) i`,
  `insert into cast_info select i, 1 + (power(random(), 2) * 119998)::int, 1 + (power(random(), 1.3) * 159998)::int, 1 + (random() * 10)::int, case when random() < 0.6 then (random() * 50)::int end from generate_series(1, 1000000) i`,
  `insert into movie_info select i, 1 + (i / 3) % 160000, 1 + (power(random(), 2) * 100)::int, md5((i % 5000)::text), date '2000-01-01' + (i / 60) from generate_series(1, 480000) i`,
];

const tables: Readonly<Record<string, readonly Attribute[]>> = {
  company: [
    attribute("country_code", (r) => `'[${["us", "gb", "de", "jp", "in"][Math.floor(r() * 5)] ?? "us"}]'`),
    attribute("id", int(1, 20000)),
  ],
  person: [
    attribute("born", int(1905, 2004)),
    attribute("gender", (r) => (r() < 0.5 ? "'m'" : "'f'"), false),
    attribute("id", int(1, 120000)),
  ],
  title: [
    attribute("production_year", int(1905, 2023)),
    attribute("kind_id", int(1, 7), false),
    attribute("season", int(0, 12)),
    attribute("rating", (r) => (r() * 10).toFixed(2)),
    attribute("id", int(1, 160000)),
  ],
  movie_company: [attribute("company_id", int(1, 20000)), attribute("movie_id", int(1, 160000))],
  cast_info: [
    attribute("person_id", int(1, 120000)),
    attribute("movie_id", int(1, 160000)),
    attribute("role_id", int(1, 11), false),
    attribute("billing", int(0, 50)),
  ],
  movie_info: [
    attribute("movie_id", int(1, 160000)),
    attribute("info_type", int(1, 101), false),
    attribute("noted_on", (r) => `date '2000-01-01' + ${Math.floor(r() * 8000)}`),
    attribute("info", (r) => `md5('${Math.floor(r() * 5000)}')`, false),
  ],
};

const links: readonly (readonly [string, string, string, string])[] = [
  ["movie_company", "company_id", "company", "id"],
  ["movie_company", "movie_id", "title", "id"],
  ["cast_info", "person_id", "person", "id"],
  ["cast_info", "movie_id", "title", "id"],
  ["movie_info", "movie_id", "title", "id"],
];

export const unseen: WorkloadSet = randomSet({
  name: "films",
  schema,
  rows,
  tables,
  links,
  seed: 20_261,
  queries: 200,
  candidates: 24,
});
