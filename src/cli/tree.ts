// The tree of commands, one line each, loaded only when typed.
import type { Command } from "./command.ts";

export interface Node {
  /** For groups; a command's own sentence stands in its file. */
  readonly about?: string;
  readonly load?: () => Promise<{ readonly default: Command }>;
  readonly children?: Readonly<Record<string, Node>>;
}

export const tree: Node = {
  about: "A senior backend engineer in one file: scaffolds APIs, looks after PostgreSQL, load-tests, decides.",
  children: {
    db: {
      about: "Look after PostgreSQL: analyse, diff, migrate, lint, find out what hurts now",
      children: {
        analyze: { load: () => import("./db/analyze.ts") },
        diff: { load: () => import("./db/diff.ts") },
        doctor: { load: () => import("./db/doctor.ts") },
        lint: { load: () => import("./db/lint.ts") },
        backfill: { load: () => import("./db/backfill.ts") },
        baseline: { load: () => import("./db/baseline.ts") },
        migrate: { load: () => import("./db/migrate.ts") },
        verify: { load: () => import("./db/verify.ts") },
        rollback: { load: () => import("./db/rollback.ts") },
        status: { load: () => import("./db/status.ts") },
        snapshot: { load: () => import("./db/snapshot.ts") },
        "suggest-indexes": { load: () => import("./db/suggest-indexes.ts") },
      },
    },
    decide: { load: () => import("./decide.ts") },
    detect: { load: () => import("./detect.ts") },
    demo: { load: () => import("./demo.ts") },
    grill: {
      load: () => import("./grill.ts"),
      children: {
        answer: { load: () => import("./grill-answer.ts") },
        next: { load: () => import("./grill-next.ts") },
        status: { load: () => import("./grill-status.ts") },
      },
    },
    load: {
      load: () => import("./load.ts"),
      children: {
        github: { load: () => import("./load-github.ts") },
        k8s: { load: () => import("./load-k8s.ts") },
        merge: { load: () => import("./load-merge.ts") },
        selftest: { load: () => import("./load-selftest.ts") },
      },
    },
    reference: { load: () => import("./reference.ts") },
    scaffold: { load: () => import("./scaffold.ts") },
    schema: { load: () => import("./schema.ts") },
    trust: { load: () => import("./trust.ts") },
  },
};

export interface Found {
  readonly node: Node;
  /** The words that led here: `["db", "analyze"]`. */
  readonly path: readonly string[];
  /** The words left over: flags and positionals. */
  readonly rest: readonly string[];
}

const childOf = (node: Node, word: string | undefined): Node | undefined =>
  word !== undefined && node.children !== undefined && Object.hasOwn(node.children, word)
    ? node.children[word]
    : undefined;

/** Follows leading words down the tree as far as they name commands. */
export const findCommand = (argv: readonly string[], root: Node = tree): Found => {
  let node = root;
  let depth = 0;
  for (let child = childOf(node, argv[0]); child !== undefined; child = childOf(node, argv[++depth])) node = child;
  return { node, path: argv.slice(0, depth), rest: argv.slice(depth) };
};

/** Each child with its one-line description. */
export const childTable = async (node: Node): Promise<readonly (readonly [string, string])[]> =>
  Promise.all(
    Object.entries(node.children ?? {}).map(
      async ([name, child]) => [name, child.about ?? (await child.load?.())?.default.about ?? ""] as const,
    ),
  );

/** Every command's path as one text, `db analyze`. */
export const commandPaths = (node: Node = tree, path: readonly string[] = []): readonly string[] => [
  ...(node.load === undefined ? [] : [path.join(" ")]),
  ...Object.entries(node.children ?? {}).flatMap(([name, child]) => commandPaths(child, [...path, name])),
];
