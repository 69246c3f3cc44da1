// What a service knows about an error of its own, and by which names documents ask for it.
import type { Json } from "../kernel/json.ts";

/** An error as the emitted code has it. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly message: string;
  /** The message with the details in it, for bodies without a place for them. */
  readonly summary: string;
  readonly details: readonly { readonly field: string; readonly message: string }[];
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
}

/** What is asked for in the error itself, or in each of its details. */
export type FactScope = "failure" | "detail";

export interface Fact {
  /** An expression of the emitted code: `message`, `detail.field`. */
  readonly code: string;
  /** The variable of the emitted code that it takes. */
  readonly uses?: keyof Failure;
  readonly value: (failure: Failure, detail: Failure["details"][number]) => Json;
}

const fact = (name: Exclude<keyof Failure, "details">): Fact => ({
  code: name,
  uses: name,
  value: (failure) => failure[name],
});

const statusText: Fact = { code: "String(status)", uses: "status", value: ({ status }) => String(status) };
const now: Fact = { code: "new Date().toISOString()", value: () => "2026-01-31T12:00:00.000Z" };
const blank: Fact = { code: '"about:blank"', value: () => "about:blank" };
const field: Fact = { code: "detail.field", uses: "details", value: (_, detail) => detail.field };
const told: Fact = { code: "detail.message", uses: "details", value: (_, detail) => detail.message };
const place: Fact = {
  code: '`/${detail.field.replaceAll(".", "/")}`',
  uses: "details",
  value: (_, detail) => `/${detail.field.replaceAll(".", "/")}`,
};

/** `error_code`, `errorCode` and `ErrorCode` ask for the same. */
const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

type Named = readonly (readonly [names: RegExp, fact: Fact])[];

const messages = /^(error|user|developer)?(message|msg|description|detail|details|reason|summary|text)$/;

const common: Named = [
  [/^(title|statustext|reasonphrase|statusdescription|httpstatustext)$/, fact("title")],
  [/^(http)?status(code)?$/, statusText],
  [/^(error)?(code|key|type|name)$/, fact("code")],
  [
    /^(request|req|trace|correlation|tracking|transaction|debug|log|error|incident|support|reference)?id$/,
    fact("requestId"),
  ],
];

const texts: Readonly<Record<FactScope, Named>> = {
  failure: [
    [messages, fact("message")],
    ...common,
    [/^(path|instance|url|uri|resource|endpoint)$/, fact("path")],
    [/^(http)?method$/, fact("method")],
    [/^(timestamp|time|date|datetime|occurredat)$/, now],
  ],
  detail: [
    [
      /^(field|fieldname|param|parameter|path|property|propertypath|propertyname|attribute|key|name|location|source|target)$/,
      field,
    ],
    [/^(pointer|jsonpointer|instancepath)$/, place],
    [/^issue$/, told],
    [messages, told],
    ...common,
  ],
};

const problemWords = ["title", "status", "detail", "instance"];

/** What stands for the message where nothing else tells the details. */
export const summary: Fact = fact("summary");

/** The fact that a text of this name stands for, beside properties of these names. */
export const textFact = (name: string, scope: FactScope, siblings: readonly string[]): Fact | undefined => {
  const own = bare(name);
  const others = siblings.map(bare).filter((other) => other !== own);
  if (own === "type" && others.filter((other) => problemWords.includes(other)).length > 1) return blank;
  // `{error}` alone says what went wrong; beside a message it is a code.
  if (own === "error") return others.some((other) => messages.test(other)) ? fact("code") : fact("message");
  return texts[scope].find(([names]) => names.test(own))?.[1];
};

/** The same for a number. */
export const numberFact = (name: string): Fact | undefined =>
  /^(http)?status(code)?$|^(error)?code$|^error$/.test(bare(name)) ? fact("status") : undefined;

/** The same for a flag: did it succeed, is it an error? */
export const flagValue = (name: string): boolean | undefined =>
  /^(success|succeeded|ok)$/.test(bare(name)) ? false : /^(error|iserror|failed)$/.test(bare(name)) ? true : undefined;

/** Errors that stand for all others when it is tried whether a body fits: with details and without, long and short. */
export const sampleFailures: readonly Failure[] = [
  {
    status: 400,
    code: "VALIDATION_ERROR",
    title: "Bad Request",
    message: "The request is not valid",
    summary: "The request is not valid (body.items.0.name: must have at least 3 characters; limit: must be a number)",
    details: [
      { field: "body.items.0.name", message: "must have at least 3 characters" },
      { field: "limit", message: "must be a number" },
    ],
    requestId: "3f0c1f66-5f4a-4c0e-9a55-3c7a3e1f9f10",
    method: "POST",
    path: "/items",
  },
  {
    status: 500,
    code: "INTERNAL_ERROR",
    title: "Internal Server Error",
    message: "Something went wrong",
    summary: "Something went wrong",
    details: [],
    requestId: "a.b:c-1",
    method: "PURGE",
    path: "/",
  },
];
