// Reads a file of requests: weighted requests and flows of steps, with data rows, expectations and extraction.
import { joinPath } from "../kernel/paths.ts";
import { nearest } from "../kernel/words.ts";
import { readChecks } from "./expectations.ts";
import { readExtractions } from "./extractions.ts";
import type { Place } from "./placed.ts";
import { Placed } from "./placed.ts";
import { expectedStatuses } from "./plan.ts";
import { requestParts } from "./request.ts";
import type { Escape, Flow, RequestPlan, Rows, Scenario, Slot, Template } from "./scenario.ts";
import { readRows } from "./rows.ts";
import type { Target } from "./target.ts";
import { shownQuery } from "./target.ts";
import { readTemplate } from "./template.ts";

/** What reading needs from outside. */
export interface Reading {
  readonly target: Target;
  /** Of the command line, for every request. */
  readonly headers: readonly string[];
  /** The folder that the file's own paths start from. */
  readonly folder: string;
  readonly cookies: boolean;
  /** Of the command line: data rows where the file names none. */
  readonly rows?: Rows | undefined;
  readonly readText: (path: string) => Promise<string>;
  readonly readBytes: (path: string) => Promise<Uint8Array>;
}

const topKeys = ["headers", "data", "cookies", "expect", "requests"] as const;
const bodyKeys = ["body", "json", "form", "file", "template"] as const;
const stepKeys = ["name", "method", "path", "headers", ...bodyKeys, "expect", "extract"] as const;
const requestKeys = [...stepKeys, "weight", "steps"] as const;
const flowKeys = ["name", "weight", "steps"] as const;

interface Body {
  readonly content: Uint8Array | Template | undefined;
  readonly type?: string;
}

/** What one request may refer to. */
interface Scope extends Reading {
  readonly columns: readonly string[];
  /** Extracted by earlier steps of its flow. */
  readonly variables: readonly string[];
  readonly defaults: Placed;
}

const slotIn =
  (at: Placed, { columns, variables }: Scope) =>
  (name: string): Slot => {
    if (name === "$number") return { kind: "number" };
    if (name === "$uuid") return { kind: "uuid" };
    if (variables.includes(name)) return { kind: "variable", name };
    const index = columns.indexOf(name);
    if (index >= 0) return { kind: "column", index };
    const known = [...variables, ...columns, "$number", "$uuid"];
    const near = nearest(name, known);
    throw at.fault(
      `nothing is known as {{${name}}} here${near === undefined ? "" : `; did you mean {{${near}}}?`}`,
      `known are ${known.join(", ")}; columns come from data, variables from extract in an earlier step`,
    );
  };

const template = (at: Placed, text: string, escape: Escape, scope: Scope): Template =>
  readTemplate(text, escape, slotIn(at, scope));

const escapeOf = (type: string | undefined): Escape =>
  type === undefined ? "none" : /\bjson\b/i.test(type) ? "json" : /x-www-form-urlencoded/i.test(type) ? "url" : "none";

const looksLikeJson = (text: string): string =>
  /^\s*[[{]/.test(text) ? "application/json" : "text/plain; charset=utf-8";

type ReadBody = (at: Placed, scope: Scope, givenType: string | undefined) => Promise<Body> | Body;

const ofText = (at: Placed, text: string, scope: Scope, givenType: string | undefined): Body => {
  const type = givenType ?? looksLikeJson(text);
  return { content: template(at, text, escapeOf(type), scope), type };
};

const bodies: Readonly<Record<(typeof bodyKeys)[number], ReadBody>> = {
  body: (at, scope, type) => ofText(at, at.text(), scope, type),
  template: async (at, scope, type) => ofText(at, await scope.readText(joinPath(scope.folder, at.text())), scope, type),
  json: (at, scope, type) => ({
    content: template(at, JSON.stringify(at.json()), "json", scope),
    type: type ?? "application/json",
  }),
  form: (at, scope, type) => ({
    content: at
      .entries()
      .flatMap(([name, value], i) => [
        `${i === 0 ? "" : "&"}${encodeURIComponent(name)}=`,
        ...template(value, value.text(), "url", scope).map((part) =>
          typeof part === "string" ? encodeURIComponent(part) : part,
        ),
      ]),
    type: type ?? "application/x-www-form-urlencoded",
  }),
  file: async (at, scope, type) => ({
    content: await scope.readBytes(joinPath(scope.folder, at.text())),
    ...(type === undefined ? {} : { type }),
  }),
};

const bodyOf = async (step: Placed, scope: Scope, type: string | undefined): Promise<Body> => {
  const given = bodyKeys.flatMap((key) => {
    const at = step.get(key);
    return at === undefined ? [] : [{ key, at }];
  });
  const [one, other] = given;
  if (other !== undefined) throw other.at.fault(`a request has one body, and ${one?.key ?? ""} is there already`);
  return one === undefined ? { content: undefined } : bodies[one.key](one.at, scope, type);
};

/** A text for each line, lists giving several. Names are checked where the request is put together. */
const headerLines = (at: Placed | undefined): readonly (readonly [name: string, at: Placed])[] =>
  (at?.entries() ?? []).flatMap(([name, value]) => value.many().map((one) => [name, one] as const));

/** Those of the request replace those for all of the same name. */
const headersOf = (step: Placed, { defaults, headers }: Scope): readonly (readonly [line: string, at: Placed])[] => {
  const own = headerLines(step.get("headers"));
  const common = headerLines(defaults.get("headers")).filter(
    ([name]) => !own.some(([other]) => other.toLowerCase() === name.toLowerCase()),
  );
  const given = headers.map((line) => [line, step] as const);
  return [...given, ...[...common, ...own].map(([name, at]) => [`${name}: ${at.text()}`, at] as const)];
};

/** What cannot stand in a request line is percent-encoded, but for what is already, and placeholders. */
const pathOf = (at: Placed, { target }: Scope): string => {
  const path = at.text();
  if (!path.startsWith("/")) {
    throw at.fault(
      `expected a path such as /users, got ${JSON.stringify(path)}`,
      "the server is the URL on the command line",
    );
  }
  return `${target.path.replace(/\/?(\?.*)?$/, "")}${path.replace(/#.*$/s, "")}`;
};

const encodedPart = (text: string): string =>
  text.toWellFormed().replaceAll(/[^\x21-\x7e]|["<>\\^`{|}]/g, encodeURIComponent);

const statusesOf = (step: Placed, { defaults }: Scope): readonly boolean[] => {
  const at = (step.get("expect") ?? defaults.get("expect"))?.get("status");
  if (at === undefined) return expectedStatuses([]);
  try {
    return expectedStatuses(at.many().map((one) => one.text()));
  } catch {
    throw at.fault("expected statuses such as 200, or classes such as 2xx");
  }
};

/** Faults of a header say which one is wrong, but not where it stands. */
const partsOf = (step: Placed, scope: Scope, method: string | undefined, lines: readonly string[], body: Body) => {
  const typed = body.type === undefined || lines.some((line) => /^content-type\s*:/i.test(line));
  const headers = typed ? lines : [...lines, `Content-Type: ${body.type ?? ""}`];
  try {
    const content =
      body.content === undefined ? undefined : body.content instanceof Uint8Array ? body.content : new Uint8Array(1);
    return requestParts(scope.target, { method, headers, body: content });
  } catch (error) {
    throw step.fault(error instanceof Error ? error.message : String(error));
  }
};

const readRequest = async (step: Placed, scope: Scope): Promise<RequestPlan> => {
  const lines = headersOf(step, scope);
  const givenType = lines.findLast(([line]) => /^content-type\s*:/i.test(line))?.[0].replace(/^[^:]*:\s*/, "");
  const body = await bodyOf(step, scope, givenType);
  const { method, headers } = partsOf(
    step,
    scope,
    step.get("method")?.text(),
    lines.map(([line]) => line),
    body,
  );
  const at = step.get("path");
  if (at === undefined) throw step.fault("a request needs a path", "write path: /users");
  const path = pathOf(at, scope);
  const where = (name: string): Placed => lines.find(([line]) => line.startsWith(`${name}:`))?.[1] ?? step;
  const expect = step.get("expect") ?? scope.defaults.get("expect");
  return {
    name: step.get("name")?.text() ?? `${method} ${at.text()}`,
    method,
    path: template(at, path, "url", scope).map((part) => (typeof part === "string" ? encodedPart(part) : part)),
    shownPath: shownQuery(path),
    headers: headers.map(([name, value]) => ({ name, value: template(where(name), value, "none", scope) })),
    body: body.content,
    expected: statusesOf(step, scope),
    checks:
      expect === undefined ? [] : await readChecks(expect, (file) => scope.readText(joinPath(scope.folder, file))),
    extract: readExtractions(step.get("extract")),
  };
};

interface ReadFlow {
  readonly weight: number;
  readonly requests: readonly RequestPlan[];
}

const weightOf = (at: Placed): number => {
  const given = at.get("weight");
  const weight = given?.number(0) ?? 1;
  if (weight === 0) throw given?.fault("a weight must be above 0") ?? at.fault("a weight must be above 0");
  return weight;
};

const readFlow = async (at: Placed, scope: Scope): Promise<ReadFlow> => {
  at.object(requestKeys);
  const steps = at.get("steps");
  if (steps === undefined) return { weight: weightOf(at), requests: [await readRequest(at, scope)] };
  at.object(flowKeys);
  const requests: RequestPlan[] = [];
  let variables: readonly string[] = [];
  for (const step of steps.list()) {
    const request = await readRequest(step.object(stepKeys), { ...scope, variables });
    requests.push(request);
    variables = [...variables, ...request.extract.map(({ variable }) => variable)];
  }
  if (requests.length === 0) throw steps.fault("a flow has at least one step");
  return { weight: weightOf(at), requests };
};

const rowsOf = async (at: Placed | undefined, reading: Reading): Promise<Rows | undefined> => {
  if (at === undefined) return reading.rows;
  const spelt = typeof at.value === "string" ? undefined : at.object(["file", "order"]);
  const file = spelt === undefined ? at : spelt.get("file");
  if (file === undefined) throw at.fault("data needs a file", "write data: users.csv");
  const path = joinPath(reading.folder, file.text());
  const order = spelt?.get("order")?.one(["sequential", "random"]) ?? "sequential";
  return { ...readRows(await reading.readText(path), path), order };
};

/** Places of the requests in one list, flow after flow. */
const flowsOf = (read: readonly ReadFlow[]): readonly Flow[] => {
  let next = 0;
  return read.map(({ weight, requests }) => ({ weight, steps: requests.map(() => next++) }));
};

/** Reads a document of requests. Whatever is wrong in it is a Fault (`input.invalid`) at its line. */
export const readRequestFile = async (value: unknown, place: Place, reading: Reading): Promise<Scenario> => {
  const root = new Placed(value, place).object(topKeys);
  const list = root.get("requests");
  if (list === undefined) throw root.fault("there are no requests in it", "list them below requests:");
  const rows = await rowsOf(root.get("data"), reading);
  const scope: Scope = { ...reading, columns: rows?.columns ?? [], variables: [], defaults: root };
  const read: ReadFlow[] = [];
  for (const one of list.list()) read.push(await readFlow(one, scope));
  if (read.length === 0) throw list.fault("the list is empty");
  return {
    requests: read.flatMap(({ requests }) => requests),
    flows: flowsOf(read),
    ...(rows === undefined ? {} : { rows }),
    cookies: reading.cookies || root.get("cookies")?.truth() === true,
    secure: reading.target.scheme === "https",
  };
};
