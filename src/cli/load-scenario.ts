// Which requests `senior load` sends when it is not one and the same: from a file of requests, data rows, or an OpenAPI document.
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import { nearest } from "../kernel/words.ts";
import { splitPath } from "../kernel/paths.ts";
import { jsonExpectation, readSchema } from "../load/expectations.ts";
import type { WireRequest } from "../load/request.ts";
import { readRows } from "../load/rows.ts";
import type { Check, Escape, Rows, Scenario, Slot, Template } from "../load/scenario.ts";
import type { Target } from "../load/target.ts";
import { readTemplate } from "../load/template.ts";
import type { LoadArgs } from "./load-flags.ts";

const wrong = (message: string, help: string): Fault => new Fault("usage.bad-value", message, { help });

const refuseMixture = (args: LoadArgs): void => {
  const { scenario, openapi, method, body, data } = args;
  const [flag] = [scenario === undefined ? [] : ["--scenario"], openapi === undefined ? [] : ["--openapi"]].flat();
  if (scenario !== undefined && openapi !== undefined) {
    throw wrong("--scenario and --openapi were both given", "take the requests from one of them");
  }
  if (args.operation.length > 0 && openapi === undefined) {
    throw wrong("--operation does not go without --openapi", "name the document that the operation is in");
  }
  if (flag === undefined) return;
  if (method !== undefined || body !== undefined) {
    throw wrong(`--method and --body do not go with ${flag}`, "say them in the file, for each request");
  }
  if (args.expectBody.length > 0 || args.expectJson.length > 0 || args.expectSchema !== undefined) {
    throw wrong(
      `--expect-body, --expect-json and --expect-schema do not go with ${flag}`,
      "say what is expected in the file",
    );
  }
  if (flag === "--openapi" && data !== undefined) {
    throw wrong("--data does not go with --openapi", "its values come from the document");
  }
};

const rowsOf = async (io: Io, { data, dataOrder }: LoadArgs): Promise<Rows | undefined> =>
  data === undefined ? undefined : { ...readRows(await io.files.readText(data), data), order: dataOrder };

const checksOf = async (io: Io, { expectBody, expectJson, expectSchema }: LoadArgs): Promise<readonly Check[]> => [
  ...expectBody.map((text): Check => ({ kind: "contains", text })),
  ...expectJson.map((text) => jsonExpectation(text, "--expect-json")),
  ...(expectSchema === undefined ? [] : [readSchema(await io.files.readText(expectSchema), expectSchema)]),
];

const slotIn =
  (columns: readonly string[]) =>
  (name: string): Slot => {
    if (name === "$number") return { kind: "number" };
    if (name === "$uuid") return { kind: "uuid" };
    const index = columns.indexOf(name);
    if (index >= 0) return { kind: "column", index };
    const near = nearest(name, columns);
    throw wrong(
      `--data has no column for {{${name}}}${near === undefined ? "" : `; did you mean {{${near}}}?`}`,
      `its columns are ${columns.join(", ")}; {{$number}} and {{$uuid}} are always there`,
    );
  };

const escapeOf = (headers: WireRequest["headers"]): Escape => {
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  return /\bjson\b/i.test(type) ? "json" : /x-www-form-urlencoded/i.test(type) ? "url" : "none";
};

/** URLs are read with their braces percent-encoded. */
const withBraces = (path: string): string =>
  path.replaceAll(/(?:%7B|\{){2,3}(?:(?!%7D|\}).)*(?:%7D|\}){2,3}/gi, (part) => decodeURIComponent(part));

/** What the command line asks for. */
export interface Asked {
  readonly io: Io;
  readonly target: Target;
  readonly request: WireRequest;
  readonly body: Uint8Array | undefined;
  /** By status: whether it counts as right. */
  readonly expected: readonly boolean[];
  readonly args: LoadArgs;
}

/** One request. Placeholders are only looked for where there is data to fill them in. */
const single = async ({ io, target, request, body, expected, args }: Asked): Promise<Scenario | undefined> => {
  const [rows, checks] = [await rowsOf(io, args), await checksOf(io, args)];
  if (rows === undefined && checks.length === 0 && !args.cookies && !args.digest) return undefined;
  const template = (text: string, escape: Escape): Template =>
    rows === undefined ? [text] : readTemplate(text, escape, slotIn(rows.columns));
  const content =
    body === undefined || rows === undefined
      ? body
      : template(new TextDecoder().decode(body), escapeOf(request.headers));
  return {
    requests: [
      {
        name: "",
        method: request.method,
        path: template(rows === undefined ? target.path : withBraces(target.path), "url"),
        shownPath: "",
        headers: request.headers.map(([name, value]) => ({ name, value: template(value, "none") })),
        body: content,
        expected,
        checks,
        extract: [],
      },
    ],
    flows: [{ weight: 1, steps: [0] }],
    ...(rows === undefined ? {} : { rows }),
    cookies: args.cookies,
    secure: target.scheme === "https",
  };
};

// What reads documents is heavy, and most runs have none: it is loaded when it is needed.

const fromFile = async (io: Io, path: string, target: Target, args: LoadArgs): Promise<Scenario> => {
  const [{ readDocument }, { readRequestFile }] = await Promise.all([
    import("./document.ts"),
    import("../load/request-file.ts"),
  ]);
  const document = readDocument(await io.files.readText(path), path);
  const { folder } = splitPath(path);
  return readRequestFile(document.value, (pointer) => document.place(pointer), {
    target,
    headers: args.header,
    folder: folder === "." ? "" : folder,
    cookies: args.cookies,
    rows: await rowsOf(io, args),
    readText: (file) => io.files.readText(file),
    readBytes: (file) => io.files.readBytes(file),
  });
};

const requestsOf = async (asked: Asked): Promise<Scenario | undefined> => {
  const { io, target, expected, args } = asked;
  if (args.scenario !== undefined) return fromFile(io, args.scenario, target, args);
  if (args.openapi === undefined) return single(asked);
  const { openapiScenario } = await import("./load-openapi.ts");
  return openapiScenario(io, args.openapi, target, args, expected);
};

/** Who to be where a server asks by a Digest challenge. */
const digestOf = ({ digest, user = "" }: LoadArgs): Pick<Scenario, "digest"> => {
  const colon = user.indexOf(":");
  return digest ? { digest: { user: user.slice(0, colon), password: user.slice(colon + 1) } } : {};
};

/** Undefined when the one request is the same each time, and only the status of its answers counts. */
export const scenarioOf = async (asked: Asked): Promise<Scenario | undefined> => {
  refuseMixture(asked.args);
  const scenario = await requestsOf(asked);
  return scenario === undefined ? undefined : { ...scenario, ...digestOf(asked.args) };
};
