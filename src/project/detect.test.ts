// Stacks from manifests: each kind, monorepos, what is unknown, and what must not mislead.
import { describe, expect, test } from "bun:test";
import { detectStacks, researchQueries } from "./detect.ts";

const detect = (files: Readonly<Record<string, string>>) =>
  detectStacks(Object.entries(files).map(([path, text]) => ({ path, text })));

const names = (path: string, text: string) => {
  const [stack] = detect({ [path]: text });
  return [
    stack?.languages.join(),
    stack?.frameworks.map(({ name }) => name).join(),
    stack?.databases.map(({ name }) => name).join(),
  ];
};

const packageJson = (...dependencies: readonly string[]): string =>
  JSON.stringify({ name: "x", dependencies: Object.fromEntries(dependencies.map((name) => [name, "1"])) }, null, 2);

describe("one package", () => {
  test.each<[string, string, readonly (string | undefined)[]]>([
    ["package.json", packageJson("express", "pg"), ["TypeScript or JavaScript", "Express", "PostgreSQL"]],
    ["package.json", packageJson("fastify", "mysql2"), ["TypeScript or JavaScript", "Fastify", "MySQL"]],
    ["package.json", packageJson("hono"), ["TypeScript or JavaScript", "Hono", ""]],
    ["package.json", packageJson("koa", "mongoose"), ["TypeScript or JavaScript", "Koa", "MongoDB"]],
    ["package.json", packageJson("@nestjs/core", "express"), ["TypeScript or JavaScript", "NestJS", ""]],
    [
      "go.mod",
      "module x\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.1\n\tgithub.com/jackc/pgx/v5 v5.5.0\n)\n",
      ["Go", "Gin", "PostgreSQL"],
    ],
    ["go.mod", "module x\nrequire github.com/go-chi/chi/v5 v5.0.0\n", ["Go", "chi", ""]],
    [
      "Cargo.toml",
      '[dependencies]\naxum = "0.8"\nsqlx = { version = "0.8", features = ["postgres"] }\n',
      ["Rust", "Axum", "PostgreSQL"],
    ],
    ["Cargo.toml", "[dependencies]\nactix-web.workspace = true\n", ["Rust", "Actix Web", ""]],
    [
      "pyproject.toml",
      '[project]\ndependencies = ["fastapi[standard]>=0.115", "asyncpg"]\n',
      ["Python", "FastAPI", "PostgreSQL"],
    ],
    [
      "pyproject.toml",
      '[tool.poetry.dependencies]\npython = "^3.12"\nDjango = "^5.0"\npsycopg2-binary = "*"\n',
      ["Python", "Django", "PostgreSQL"],
    ],
    ["requirements.txt", "# web\nFlask==3.0.0\nPyMySQL>=1.1 ; python_version > '3.8'\n", ["Python", "Flask", "MySQL"]],
    [
      "pom.xml",
      "<dependency><artifactId>spring-boot-starter-web</artifactId></dependency>",
      ["Java", "Spring Boot", ""],
    ],
    [
      "build.gradle.kts",
      'plugins { id("org.springframework.boot") version "3.3.0" }\nruntimeOnly("org.postgresql:postgresql")',
      ["Java", "Spring Boot", "PostgreSQL"],
    ],
    [
      "Api.csproj",
      '<Project Sdk="Microsoft.NET.Sdk.Web">\n<PackageReference Include="Npgsql.EntityFrameworkCore.PostgreSQL" Version="9.0.0" />',
      ["C#", "ASP.NET Core", "PostgreSQL"],
    ],
    ["mix.exs", 'defp deps do\n[{:phoenix, "~> 1.7"}, {:postgrex, ">= 0.0.0"}]', ["Elixir", "Phoenix", "PostgreSQL"]],
    ["Gemfile", 'source "https://rubygems.org"\ngem "rails", "~> 8.0"\ngem "pg"\n', ["Ruby", "Rails", "PostgreSQL"]],
    ["Gemfile", "gem 'sinatra'\n", ["Ruby", "Sinatra", ""]],
  ])("%s", (path, text, wanted) => expect(names(path, text)).toEqual([...wanted]));

  test("evidence is a file and a line", () => {
    const [stack] = detect({ "api/go.mod": "module x\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.1\n)\n" });
    expect(stack?.frameworks).toEqual([
      { name: "Gin", evidence: { path: "api/go.mod", line: 4, name: "github.com/gin-gonic/gin" } },
    ]);
  });
});

describe("what must not mislead", () => {
  test.each<[string, string]>([
    ["package.json", packageJson("react")],
    ["package.json", '{"devDependencies": {"express": "5"}, "description": "like express"}'],
    ["package.json", "{ this is no JSON"],
    ["package.json", '["express"]'],
    ["package.json", packageJson("express-validator", "pg-boss")],
    ["go.mod", "module x\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.1 // indirect\n)\n"],
    [
      "pyproject.toml",
      '[project]\nname = "my-fastapi"\nkeywords = ["fastapi", "django"]\nclassifiers = ["Framework :: Django"]\n',
    ],
    ["requirements.txt", "-r other.txt\n# django\n./flask\n"],
    ["Gemfile", '# gem "rails"\n'],
    ["Lib.csproj", '<Project Sdk="Microsoft.NET.Sdk">'],
    ["build.gradle", "plugins { id 'java' }"],
  ])("%s without a framework is unknown: %p", (path, text) => {
    const [stack] = detect({ [path]: text });
    expect([stack?.frameworks, stack?.databases]).toEqual([[], []]);
  });

  test("other files are no packages", () =>
    expect(detect({ "README.md": "express", "src/package.json.ts": "" })).toEqual([]));
});

describe("a monorepo", () => {
  const stacks = detect({
    "package.json": packageJson("turbo"),
    "apps/web/package.json": packageJson("react"),
    "apps/api/package.json": packageJson("fastify", "postgres"),
    "services/ml/pyproject.toml": '[project]\ndependencies = [\n  "fastapi",\n]\n',
    "services/ml/requirements-dev.txt": "pytest\n",
  });

  test("has a stack for each folder, sorted, and says what is unknown", () => {
    expect(stacks.map(({ folder, frameworks }) => [folder, frameworks.map(({ name }) => name)])).toEqual([
      ["", []],
      ["apps/api", ["Fastify"]],
      ["apps/web", []],
      ["services/ml", ["FastAPI"]],
    ]);
    expect(stacks.at(-1)?.manifests).toEqual(["services/ml/pyproject.toml", "services/ml/requirements-dev.txt"]);
  });

  test("is searched for by framework, with the database of its own or of the project, and the year", () => {
    expect(researchQueries(stacks, 2031)).toEqual([
      "Fastify REST API best practices 2031",
      "Fastify authentication JWT best practices 2031",
      "PostgreSQL query optimization Fastify 2031",
      "Fastify microservices patterns 2031",
      "FastAPI REST API best practices 2031",
      "FastAPI authentication JWT best practices 2031",
      "PostgreSQL query optimization FastAPI 2031",
      "FastAPI microservices patterns 2031",
    ]);
    expect(researchQueries([], 2031)).toEqual([]);
  });
});
