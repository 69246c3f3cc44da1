// Profiles: the built-in figures, good and bad documents through our checker and an independent one, and what extending means.
import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import bad from "./fixtures/profiles/bad.json" with { type: "json" };
import good from "./fixtures/profiles/good.json" with { type: "json" };
import { bases, profileTable } from "./profiles.ts";
import { profileSchema, readProfile } from "./read-profile.ts";
import { checkAgainst } from "./schema-check.ts";

const independent = new Ajv2020({ strict: false, allErrors: true }).compile(profileSchema);
const built = new Map(profileTable([]).profiles.map((profile) => [profile.name, profile]));

const problemsOf = (document: unknown): readonly string[] => {
  const read = readProfile(document, "x", bases);
  return "problems" in read ? read.problems.map(({ pointer, message }) => `${pointer}: ${message}`) : [];
};

/** Documents stand in the fixtures as JSON text where JSON's own syntax matters: `1e999`, `__proto__`. */
const parsed = (document: unknown): unknown => (typeof document === "string" ? JSON.parse(document) : document);

describe("the built-in profiles", () => {
  test.each([
    ["node-express", [1, 15], [80, 250, 600], 0.995, [60, 240], 0.7, "medium", ["typescript"], undefined],
    ["fastapi-python", [1, 20], [60, 200, 500], 0.995, [60, 240], 0.75, "medium", ["python"], undefined],
    ["django-monolith", [2, 25], [100, 350, 800], 0.99, [60, 240], 0.7, "medium", ["python"], undefined],
    ["go-or-rust-microservice", [30, undefined], [20, 80, 200], 0.999, [5, 30], 0.8, "low", ["go", "rust"], 1000],
  ] as const)("%s", (name, team, latency, uptime, recovery, coverage, severity, languages, throughput) => {
    const profile = built.get(name);
    expect([profile?.bounds.teamMin, profile?.bounds.teamMax]).toEqual([...team]);
    expect([profile?.targets.p50Ms, profile?.targets.p95Ms, profile?.targets.p99Ms]).toEqual([...latency]);
    expect([profile?.targets.rpoMinutes, profile?.targets.rtoMinutes]).toEqual([...recovery]);
    expect(profile?.targets).toMatchObject({ uptime, coverageMin: coverage, scanSeverityMax: severity });
    expect(profile?.targets.throughputMinRps).toBe(throughput);
    expect(profile?.languages).toEqual([...languages]);
    expect(profile?.antiPatterns.every(({ why }) => why !== "")).toBeTrue();
  });

  test("their declared order", () => {
    expect([...built.keys()]).toEqual(["node-express", "fastapi-python", "django-monolith", "go-or-rust-microservice"]);
  });

  test("the extracted service is approved by its own people", () => {
    expect(built.get("go-or-rust-microservice")?.approvals).toEqual([
      { change: "service_extraction_decision", roles: ["principal-engineer", "platform-team-lead", "product-owner"] },
      { change: "schema_change_production", roles: ["service-owner", "DBA", "on-call", "change-advisory-board"] },
      { change: "new-external-service", roles: ["principal-engineer", "security-review", "finance"] },
    ]);
  });

  test("pass the published schema under an independent validator", () => {
    for (const document of Object.values(bases)) {
      independent(document);
      expect(independent.errors).toBeNull();
    }
  });
});

describe("documents", () => {
  test.each(good)("accepted: $about", ({ document }) => {
    expect(independent(parsed(document))).toBeTrue();
    expect(problemsOf(parsed(document))).toEqual([]);
  });

  test.each(bad)("refused: $about", ({ document, problems, beyondSchema }) => {
    const value = parsed(document);
    expect(problemsOf(value)).toEqual(problems);
    expect(independent(value)).toBe(beyondSchema);
    if (beyondSchema) return;
    // The same places: ajv names a missing or unknown key's parent, and reports branches of `if` as well.
    const ours = new Set(checkAgainst(profileSchema, value).map(({ pointer }) => pointer));
    for (const { instancePath, keyword } of independent.errors ?? [])
      if (keyword !== "if") expect([...ours].some((pointer) => pointer.startsWith(instancePath))).toBeTrue();
  });

  test("every key that our checker reads is one that the schema uses, and the other way round", () => {
    expect(() => checkAgainst({ multipleOf: 2 }, 3)).toThrow('schema keyword "multipleOf" is not read');
  });
});

describe("extending", () => {
  const extended = (document: object) => {
    const { profiles, broken } = profileTable([{ owner: "project", origin: "profiles/x.json", document }]);
    expect(broken).toEqual([]);
    return profiles;
  };

  test("objects are merged key by key, lists are replaced", () => {
    const [acme] = extended({
      profile_name: "acme",
      extends: "node-express",
      constraints: { team_size_max: 40 },
      stack: { framework_options_ranked: ["fastify-5"] },
      named_approver_chain: { schema_change_production: "dba" },
    });
    expect(acme?.bounds).toMatchObject({ teamMin: 1, teamMax: 40, sensitivityMax: "pii" });
    expect(acme?.stacks[0]?.picks.find(({ part }) => part === "framework")?.options).toEqual(["fastify-5"]);
    expect(acme?.approvals.map(({ roles }) => roles)).toEqual([
      ["dba"],
      ["tech-lead", "cfo"],
      ["tech-lead", "security-owner"],
    ]);
    expect(acme?.targets.p99Ms).toBe(600);
  });

  test("a built-in profile may be adjusted under its own name, and then counts once", () => {
    const profiles = extended({
      profile_name: "node-express",
      extends: "node-express",
      constraints: { team_size_max: 29 },
    });
    expect(profiles.map(({ name }) => name)).toEqual([
      "node-express",
      "fastapi-python",
      "django-monolith",
      "go-or-rust-microservice",
    ]);
    expect(profiles[0]?.bounds.teamMax).toBe(29);
  });

  test("the nearest owner's profile wins; one owner may not use a name twice", () => {
    const at = (owner: string, origin: string, description: string) => ({
      owner,
      origin,
      document: { profile_name: "acme", extends: "node-express", description },
    });
    const table = profileTable([at("project", "a.json", "ours"), at("user", "b.json", "mine")]);
    expect(table.profiles[0]).toMatchObject({ name: "acme", description: "ours" });
    const twice = profileTable([at("project", "a.json", "one"), at("project", "b.json", "two")]);
    expect(twice.broken.map(({ found, problems }) => `${found.origin} ${problems[0]?.message ?? ""}`)).toEqual([
      "a.json the same name stands in b.json: choose another for one of them",
      "b.json the same name stands in a.json: choose another for one of them",
    ]);
  });

  test("a language is read from what the stack is written in", () => {
    const language = (stack: object) =>
      extended({ profile_name: "acme", extends: "go-or-rust-microservice", stack })[0]?.languages;
    expect(language({ language: "kotlin-2", runtime: "jvm-21" })).toEqual(["go", "rust", "kotlin"]);
    expect(language({ runtime: ".net-10" })).toEqual(["go", "rust"]);
    expect(language({ runtime: "dotnet-10" })).toEqual(["go", "rust", "dotnet"]);
  });
});
