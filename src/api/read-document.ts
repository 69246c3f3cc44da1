// Text to a checked tree: JSON or YAML within limits, with the line and column of whatever is wrong.
import { LineCounter, parseDocument } from "yaml";
import { Fault } from "../kernel/fault.ts";
import { codeFrame } from "../kernel/frame.ts";
import { isObject } from "../kernel/json.ts";
import { plural } from "../kernel/words.ts";
import { repeatedKey } from "./repeated-keys.ts";

export interface SourceDocument {
  /** As the user named it. */
  readonly path: string;
  readonly text: string;
  readonly root: Readonly<Record<string, unknown>>;
  /** Other files that were put into this one, and the pointers of their places. */
  readonly parts?: readonly { readonly at: string; readonly document: SourceDocument }[];
}

const maxDepth = 200;
const maxNodes = 5_000_000;

interface Place {
  readonly line: number;
  readonly column: number;
}

const syntaxFault = (path: string, text: string, message: string, { line, column }: Place): Fault =>
  new Fault("input.syntax", message, {
    at: { kind: "file", path, line, column },
    frame: codeFrame(text, line, column),
  });

/** The first mistake that the slow, exact parser finds, or undefined when it finds none. */
const firstMistake = (path: string, text: string): Fault | undefined => {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  const mistake = parsed.errors[0];
  if (mistake === undefined) return undefined;
  const { line, col } = lines.linePos(mistake.pos[0]);
  const message =
    mistake.code === "DUPLICATE_KEY" ? "this key stands twice in its mapping" : mistake.message.split("\n")[0];
  return syntaxFault(path, text, message ?? "this is not YAML", { line, column: col });
};

const tooDeep = (path: string): Fault =>
  new Fault("input.too-large", `${path} nests deeper than ${maxDepth} levels`, {
    help: "a document this deep is not an API description; check where it came from",
  });

const parse = (path: string, text: string): unknown => {
  try {
    return /^\uFEFF?\s*[{[]/.test(text) ? parseJsonOrYaml(text) : Bun.YAML.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(path);
    const fallback = error instanceof Error ? error.message : String(error);
    throw firstMistake(path, text) ?? syntaxFault(path, text, fallback, { line: 1, column: 1 });
  }
};

const parseJsonOrYaml = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return Bun.YAML.parse(text);
  }
};

interface Step {
  readonly value: object;
  readonly depth: number;
  readonly leaving: boolean;
}

/** Refuses what would make later, recursive readers run away: circles by aliases, depth, sheer size. */
const checkShape = (path: string, root: object): void => {
  const above = new Set<object>();
  const steps: Step[] = [{ value: root, depth: 1, leaving: false }];
  let nodes = 0;
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (step.leaving) {
      above.delete(step.value);
      continue;
    }
    if (above.has(step.value)) {
      throw new Fault("input.invalid", `${path} contains itself: a YAML alias points at a node around it`);
    }
    if (step.depth > maxDepth) throw tooDeep(path);
    if (++nodes > maxNodes) throw new Fault("input.too-large", `${path} holds more than ${plural(maxNodes, "node")}`);
    above.add(step.value);
    steps.push({ ...step, leaving: true });
    for (const inner of Object.values(step.value) as unknown[]) {
      if (typeof inner === "object" && inner !== null) {
        steps.push({ value: inner, depth: step.depth + 1, leaving: false });
      }
    }
  }
};

/** Parses JSON or YAML. Faults: `input.syntax` with line and column, `input.too-large`, `input.unsupported`. */
export const readDocument = (path: string, text: string): SourceDocument => {
  const root = parse(path, text);
  const repeated = repeatedKey(text);
  if (repeated !== undefined) {
    const mistake = firstMistake(path, text);
    if (mistake !== undefined) throw mistake;
  }
  if (!isObject(root)) {
    throw new Fault("input.unsupported", `${path} is not an OpenAPI document: it holds no mapping of keys`, {
      at: { kind: "file", path, line: 1, column: 1 },
      help: "give an OpenAPI document of version 2.0, 3.0, 3.1 or 3.2, as YAML or JSON",
    });
  }
  checkShape(path, root);
  return { path, text, root };
};
