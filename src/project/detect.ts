// The stack of each package of a project, from its manifests: language, framework, database, each with its evidence.
import type { Dependency, ManifestFile } from "./manifests.ts";
import { manifestKindOf } from "./manifests.ts";

export interface Evidence {
  readonly path: string;
  readonly line: number;
  /** The dependency that tells. */
  readonly name: string;
}

export interface Named {
  readonly name: string;
  readonly evidence: Evidence;
}

/** One package. An empty list is an answer: nothing that is known was found. */
export interface Stack {
  /** Below the folder that was looked at; "" for itself. */
  readonly folder: string;
  readonly manifests: readonly string[];
  readonly languages: readonly string[];
  readonly frameworks: readonly Named[];
  readonly databases: readonly Named[];
}

type Table = readonly (readonly [pattern: RegExp, name: string])[];

/** Web frameworks by the dependency that brings them, the more telling ones first. */
const frameworks: Table = [
  [/^@nestjs\/core$/, "NestJS"],
  [/^fastify$/, "Fastify"],
  [/^koa$/, "Koa"],
  [/^hono$/, "Hono"],
  [/^express$/, "Express"],
  [/^fastapi$/, "FastAPI"],
  [/^django$/, "Django"],
  [/^flask$/, "Flask"],
  [/^github\.com\/gin-gonic\/gin$/, "Gin"],
  [/^github\.com\/labstack\/echo(\/v\d+)?$/, "Echo"],
  [/^github\.com\/gofiber\/fiber(\/v\d+)?$/, "Fiber"],
  [/^github\.com\/go-chi\/chi(\/v\d+)?$/, "chi"],
  [/^axum$/, "Axum"],
  [/^actix-web$/, "Actix Web"],
  [/^rocket$/, "Rocket"],
  [/^spring-boot[\w.-]*$|^org\.springframework\.boot$/, "Spring Boot"],
  [/^Microsoft\.NET\.Sdk\.Web$|^Microsoft\.AspNetCore\.App$/, "ASP.NET Core"],
  [/^phoenix$/, "Phoenix"],
  [/^rails$/, "Rails"],
  [/^sinatra$/, "Sinatra"],
];

const postgresql =
  /^(?:pg|postgres|@neondatabase\/serverless|psycopg[23]?(?:-binary)?|asyncpg|tokio-postgres|postgrex|postgresql|Npgsql(?:\..*)?|Aspire\.Npgsql.*|gorm\.io\/driver\/postgres|github\.com\/(?:lib\/pq|jackc\/pgx(?:\/v\d+)?))$/;

const databases: Table = [
  [postgresql, "PostgreSQL"],
  [
    /^(?:mysql2?|mysqlclient|pymysql|myxql|mysql-connector-[\w.-]+|Pomelo\..*|github\.com\/go-sql-driver\/mysql|gorm\.io\/driver\/mysql)$/,
    "MySQL",
  ],
  [
    /^(?:better-sqlite3|sqlite3?|ecto-sqlite3|rusqlite|github\.com\/mattn\/go-sqlite3|gorm\.io\/driver\/sqlite)$/,
    "SQLite",
  ],
  [/^(?:mongodb|mongoose|pymongo|motor|go\.mongodb\.org\/mongo-driver.*)$/, "MongoDB"],
];

/** What a table finds, each name once, with the first evidence for it. */
const find = (table: Table, all: readonly Evidence[]): readonly Named[] =>
  table.flatMap(([pattern, name]) => {
    const evidence = all.find((one) => pattern.test(one.name));
    return evidence === undefined ? [] : [{ name, evidence }];
  });

/** Nest brings Express or Fastify along: the framework that people write against is Nest. */
const leading = (found: readonly Named[]): readonly Named[] =>
  found.some(({ name }) => name === "NestJS") ? found.filter(({ name }) => name === "NestJS") : found;

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

const stackOf = (folder: string, files: readonly ManifestFile[]): Stack => {
  const evidence = files.flatMap(({ path, text }) =>
    (manifestKindOf(path)?.read(text) ?? []).map(({ name, line }: Dependency) => ({ path, line, name })),
  );
  return {
    folder,
    manifests: files.map(({ path }) => path),
    languages: [...new Set(files.flatMap(({ path }) => manifestKindOf(path)?.language ?? []))].sort(),
    frameworks: leading(find(frameworks, evidence)),
    databases: find(databases, evidence),
  };
};

/** The stacks of a project, one for each folder with a manifest, sorted by folder. Files that are no manifests say nothing. */
export const detectStacks = (files: readonly ManifestFile[]): readonly Stack[] => {
  const manifests = files
    .filter(({ path }) => manifestKindOf(path) !== undefined)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const folders = Map.groupBy(manifests, ({ path }) => folderOf(path));
  return [...folders].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([folder, own]) => stackOf(folder, own));
};

/** Four searches for what is usual today with a stack; none where no framework is known. */
export const researchQueries = (stacks: readonly Stack[], year: number): readonly string[] => {
  const found = stacks.filter((stack) => stack.frameworks.length > 0);
  const names = [...new Set(found.flatMap((stack) => stack.frameworks.map(({ name }) => name)))];
  return names.flatMap((framework) => {
    const own = found.find((stack) => stack.frameworks.some(({ name }) => name === framework));
    const database = own?.databases[0]?.name ?? stacks.find((one) => one.databases.length > 0)?.databases[0]?.name;
    return [
      `${framework} REST API best practices ${year}`,
      `${framework} authentication JWT best practices ${year}`,
      `${database ?? "database"} query optimization ${framework} ${year}`,
      `${framework} microservices patterns ${year}`,
    ];
  });
};
