// Strictness of argument vectors: every mistake is a Fault with the right code, every value arrives as typed.
import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import { choice, decimal, duration, flag, integer, many, maybe, text } from "./flags.ts";
import { globalFlags } from "./global-flags.ts";
import { bindPositionals, parseArgv } from "./parse.ts";

const flags = {
  header: many(text("", { short: "H" })),
  concurrency: integer("", { default: 10, min: 1, max: 1000, short: "c" }),
  ratio: decimal("", { min: 0 }),
  duration: duration("", { default: 10_000, min: 1 }),
  method: choice(["GET", "POST"], "", { default: "GET" }),
  verifySsl: flag("", { default: true, off: "" }),
  dryRun: flag(""),
  body: text(""),
  compare: maybe("", { takes: (word) => !/^https?:/.test(word) }),
  ...globalFlags,
};

const read = (argv: readonly string[]): Readonly<Record<string, unknown>> => {
  const parsed = parseArgv(argv, flags);
  return Object.fromEntries(
    Object.entries(flags).map(([key, arg]) => [key, arg.read(parsed.flags.get(key) ?? [], key)]),
  );
};

const faultOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no fault";
};

describe("parseArgv", () => {
  test("keeps repeated values in order, in every spelling", () => {
    expect(read(["-H", "A: 1", "--header", "B: 2", "--header=C: 3", "-HD: 4"])["header"]).toEqual([
      "A: 1",
      "B: 2",
      "C: 3",
      "D: 4",
    ]);
  });

  test("a value may look like anything but a known flag", () => {
    expect(read(["--body", "-1"])["body"]).toBe("-1");
    expect(read(["--body", "--weird"])["body"]).toBe("--weird");
    expect(read(["-H", "-h: x"])["header"]).toEqual(["-h: x"]);
    expect(read(["--body="])["body"]).toBe("");
  });

  test("switches negate, and defaults hold", () => {
    expect(read([])["verifySsl"]).toBe(true);
    expect(read(["--no-verify-ssl"])["verifySsl"]).toBe(false);
    expect(read(["--no-color"])["color"]).toBe("never");
    expect(read(["--color"])["color"]).toBe("always");
    expect(read(["--color", "auto"])["color"]).toBe("auto");
    expect(read(["--color=never"])["color"]).toBe("never");
  });

  test("an optional value takes the next word only when it is one", () => {
    expect(parseArgv(["--compare", "baseline.json"], flags).positionals).toEqual([]);
    const parsed = parseArgv(["a", "--compare", "http://b", "--concurrency", "50"], flags);
    expect(parsed.positionals).toEqual(["a", "http://b"]);
    expect(read(["--compare", "--concurrency", "50"])).toMatchObject({ compare: true, concurrency: 50 });
  });

  test("everything after -- is positional, and so are - and negative numbers", () => {
    expect(parseArgv(["--", "--dry-run", "-x"], flags).positionals).toEqual(["--dry-run", "-x"]);
    expect(parseArgv(["-", "-5"], flags).positionals).toEqual(["-", "-5"]);
  });

  test.each([
    [["--concurency", "5"], "usage.unknown-flag: unknown flag --concurency; did you mean --concurrency?"],
    [["--zzz"], "usage.unknown-flag: unknown flag --zzz"],
    [["--constructor"], "usage.unknown-flag: unknown flag --constructor"],
    [["-x"], "usage.unknown-flag: unknown flag -x"],
    [["--concurrency"], "usage.missing-value: --concurrency needs a value: --concurrency N"],
    [["--body", "--dry-run"], "usage.missing-value: --body needs a value: --body TEXT"],
    [["--body", "--"], "usage.missing-value: --body needs a value: --body TEXT"],
    [["--dry-run=yes"], 'usage.bad-value: --dry-run takes no value, but got "yes"'],
    [["--no-body"], "usage.unknown-flag: unknown flag --no-body; did you mean --body?"],
  ])("%p is refused", (argv, fault) => {
    expect(faultOf(() => parseArgv(argv, flags))).toBe(fault);
  });

  test.each([
    [["-c", "0"], "a whole number from 1 to 1000"],
    [["-c", "1e3"], "a whole number from 1 to 1000"],
    [["-c", ""], "a whole number from 1 to 1000"],
    [["-c", "0x10"], "a whole number from 1 to 1000"],
    [["--ratio", "-1"], "a number of at least 0"],
    [["--ratio", "NaN"], "a number of at least 0"],
    [["--duration", "5 s"], "a duration such as"],
    [["--duration", "-5"], "a duration such as"],
    [["--method", "get"], "one of GET, POST; did you mean GET?"],
    [["--method", "TRACE"], "one of GET, POST"],
    [["--color=blue"], "one of auto, always, never"],
  ])("%p says what it expects", (argv, expected) => {
    expect(faultOf(() => read(argv))).toContain(expected);
  });

  test("durations have one grammar", () => {
    const ms = (raw: string): unknown => read(["--duration", raw])["duration"];
    expect(["30", "30s", "500ms", "1m", "2h", "1.5s"].map(ms)).toEqual([30_000, 30_000, 500, 60_000, 7_200_000, 1500]);
  });
});

describe("bindPositionals", () => {
  const one = { spec: text("the document", { value: "SPEC", required: true }) };
  const rest = { urls: many(text("the addresses", { value: "URL", required: true })) };
  test("binds one and many", () => {
    expect(bindPositionals(["a"], one).get("spec")).toEqual(["a"]);
    expect(bindPositionals(["a", "b"], rest).get("urls")).toEqual(["a", "b"]);
  });
  test("says what is missing or too much", () => {
    expect(faultOf(() => bindPositionals([], one))).toBe("usage.missing-argument: missing SPEC: the document");
    expect(faultOf(() => bindPositionals([], rest))).toBe("usage.missing-argument: missing URL: the addresses");
    expect(faultOf(() => bindPositionals(["a", "b"], one))).toBe('usage.unexpected-argument: unexpected argument "b"');
  });
});
