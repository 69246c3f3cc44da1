// `senior load --openapi`: valid, weighted requests from a document's examples and schemas.
import type { Operation } from "../api/model.ts";
import { planApi } from "../api/plan.ts";
import type { ApiPlan } from "../api/plan.ts";
import { sampleRequest } from "../api/sample-request.ts";
import type { SampleRequest } from "../api/write-request.ts";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import { nearest, plural } from "../kernel/words.ts";
import { requestParts } from "../load/request.ts";
import type { RequestPlan, Scenario, Template } from "../load/scenario.ts";
import type { Target } from "../load/target.ts";
import { readApi } from "./read-api.ts";
import { shownQuery } from "../load/target.ts";
import type { LoadArgs } from "./load-flags.ts";

/** Different requests of one operation; they are sent in turns. */
const variants = 16;

/** Most traffic reads. `--operation NAME=WEIGHT` says otherwise. */
const usualWeights: Readonly<Record<string, number>> = { GET: 8, HEAD: 2, POST: 2, PUT: 2, PATCH: 2, QUERY: 8 };

const nameOf = ({ operationId, method, path }: Operation): string => operationId ?? `${method} ${path}`;

interface Chosen {
  readonly operation: Operation;
  readonly weight: number;
}

const readChoice = (text: string): { readonly name: string; readonly weight: number | undefined } => {
  const found = /^(.*)=(\d+(?:\.\d+)?)$/.exec(text);
  if (found === null) return { name: text.trim(), weight: undefined };
  const weight = Number(found[2]);
  if (weight > 0) return { name: (found[1] ?? "").trim(), weight };
  throw new Fault("usage.bad-value", `--operation got "${text}": its weight must be above 0`);
};

const chosen = (operations: readonly Operation[], given: readonly string[]): readonly Chosen[] => {
  const usual = (operation: Operation): number => usualWeights[operation.method] ?? 1;
  if (given.length === 0) return operations.map((operation) => ({ operation, weight: usual(operation) }));
  return given.map((text) => {
    const { name, weight } = readChoice(text);
    const matches = (one: Operation): boolean =>
      one.operationId === name || `${one.method} ${one.path}` === name.replace(/^\w+/, (word) => word.toUpperCase());
    const operation = operations.find((one) => one.operationId === name) ?? operations.find(matches);
    if (operation !== undefined) return { operation, weight: weight ?? usual(operation) };
    const near = nearest(name, operations.map(nameOf));
    throw new Fault("usage.bad-value", `--operation got "${name}", which the document does not have`, {
      help: near === undefined ? 'name an operationId, or "GET /path"' : `did you mean ${near}?`,
    });
  });
};

/** The first with the document's own examples; the others as its schemas let values vary. */
const samplesOf = (plan: ApiPlan, operation: Operation, seed: number): readonly SampleRequest[] =>
  Array.from({ length: variants }, (_, i) =>
    sampleRequest(plan, operation, {
      seed: i === 0 ? 0 : ((seed + i * 7919) % 2 ** 31) + 1,
      examples: i === 0,
      optional: i % 2 === 0,
    }),
  ).filter((sample) => sample !== undefined);

/** A value for each row of data, or the one text that is the same in all of them. */
class Columns {
  readonly names: string[] = [];
  readonly #values: (readonly string[])[] = [];

  template(name: string, values: readonly string[]): Template {
    const [first = ""] = values;
    if (values.every((value) => value === first)) return [first];
    this.names.push(name);
    this.#values.push(values);
    return [{ name, slot: { kind: "column", index: this.names.length - 1 }, escape: "none" }];
  }

  get rows(): readonly (readonly string[])[] {
    return Array.from({ length: variants }, (_, row) =>
      this.#values.map((values) => values[row % values.length] ?? ""),
    );
  }
}

/** Where the document says that there may be nothing under a made-up identifier, its absence is a right answer. */
const expectedOf = ({ path, responses }: Operation, usual: readonly boolean[], asked: boolean): readonly boolean[] => {
  const absent = ["404", "410"].filter(
    (status) => path.includes("{") && responses.some((one) => one.status === status),
  );
  return asked ? usual : usual.map((right, status) => right || absent.includes(String(status)));
};

interface Making {
  readonly target: Target;
  readonly base: string;
  readonly args: Pick<LoadArgs, "header" | "expectStatus">;
  readonly expected: readonly boolean[];
  readonly columns: Columns;
}

const requestOf = (operation: Operation, samples: readonly SampleRequest[], making: Making): RequestPlan => {
  const { target, base, args, expected, columns } = making;
  const name = nameOf(operation);
  const bodies = samples.map(({ body }) => body);
  const given = args.header.map((line) => line.slice(0, line.indexOf(":")).trim().toLowerCase());
  const own = [...new Set(samples.flatMap(({ headers }) => Object.keys(headers)))].filter(
    (one) => !given.includes(one.toLowerCase()),
  );
  const hasBody = bodies.some((body) => body !== undefined);
  const ownType = own.some((one) => one.toLowerCase() === "content-type");
  const content =
    hasBody && !ownType ? new TextEncoder().encode(bodies.find((body) => body !== undefined) ?? "") : undefined;
  const { method, headers } = requestParts(target, { method: operation.method, headers: args.header, body: content });
  return {
    name,
    method,
    path: columns.template(
      `${name} path`,
      samples.map(({ path }) => `${base}${path}`),
    ),
    shownPath: shownQuery(`${base}${operation.path}`),
    headers: [
      ...headers.map(([header, value]) => ({ name: header, value: [value] })),
      ...own.map((header) => ({
        name: header,
        value: columns.template(
          `${name} ${header}`,
          samples.map((sample) => sample.headers[header] ?? ""),
        ),
      })),
    ],
    body: hasBody
      ? columns.template(
          `${name} body`,
          bodies.map((body) => body ?? ""),
        )
      : undefined,
    expected: expectedOf(operation, expected, args.expectStatus.length > 0),
    checks: [],
    extract: [],
  };
};

/** The URL's own path, or where it has none, that of the document's first server. */
const baseOf = ({ path }: Target, { basePath }: ApiPlan): string => {
  const given = path.replace(/\?.*$/, "").replace(/\/$/, "");
  return given === "" ? basePath.replace(/\/$/, "") : given;
};

export const openapiScenario = async (
  io: Io,
  path: string,
  target: Target,
  args: LoadArgs,
  expected: readonly boolean[],
): Promise<Scenario> => {
  const plan = planApi((await readApi(io, path)).api);
  const wanted = chosen(plan.api.operations, args.operation);
  const sampled = wanted.map((one) => ({ ...one, samples: samplesOf(plan, one.operation, args.seed ?? 0) }));
  const usable = sampled.filter(({ samples }) => samples.length > 0);
  if (usable.length === 0) {
    throw new Fault("input.invalid", "no operation of the document gives a request that can be sent", {
      at: { kind: "file", path },
    });
  }
  if (usable.length < sampled.length) {
    const left = sampled.filter(({ samples }) => samples.length === 0).map(({ operation }) => nameOf(operation));
    io.terminal.note(
      `left out, for want of values that their schemas accept: ${plural(left.length, "operation")} (${left.join(", ")})`,
    );
  }
  const columns = new Columns();
  const making: Making = { target, base: baseOf(target, plan), args, expected, columns };
  const requests = usable.map(({ operation, samples }) => requestOf(operation, samples, making));
  return {
    requests,
    flows: usable.map(({ weight }, i) => ({ weight, steps: [i] })),
    ...(columns.names.length === 0
      ? {}
      : { rows: { columns: columns.names, values: columns.rows, order: "sequential" } }),
    cookies: args.cookies,
    secure: target.scheme === "https",
  };
};
