// Requests that the service itself sends: webhooks of the document, and callbacks of its operations.
import { isObject, own, pointerToken } from "../kernel/json.ts";
import type { Operation, SentRequest } from "./model.ts";
import { readBody } from "./read-body.ts";
import { methods } from "./read-operations.ts";
import type { Reading } from "./reading.ts";
import { entriesOf, resolve, textOf, valueAt } from "./reading.ts";

type Where = Pick<SentRequest, "kind" | "name" | "to" | "from">;

/** The requests of one path item. */
const requestsOf = (reading: Reading, raw: unknown, at: string, where: Where): readonly SentRequest[] => {
  const item = resolve(reading, raw, at);
  if (item === undefined) return [];
  return methods.flatMap((method): readonly SentRequest[] => {
    const operation = own(item.value, method);
    if (!isObject(operation)) return [];
    const pointer = `${item.pointer}/${method}`;
    const given = own(operation, "requestBody");
    const body = given === undefined ? undefined : readBody(reading, given, `${pointer}/requestBody`);
    const description = textOf(operation, "summary") ?? textOf(operation, "description");
    return [
      {
        ...where,
        method: method.toUpperCase(),
        ...(description === undefined ? {} : { description }),
        ...(body === undefined ? {} : { body }),
        pointer,
      },
    ];
  });
};

const callbacksOf = (reading: Reading, { method, path, operationId, pointer }: Operation): readonly SentRequest[] => {
  const operation = valueAt(reading.document.root, pointer);
  const callbacks = isObject(operation) ? own(operation, "callbacks") : undefined;
  return entriesOf(callbacks).flatMap(([name, raw]) => {
    const found = resolve(reading, raw, `${pointer}/callbacks/${pointerToken(name)}`);
    return entriesOf(found?.value).flatMap(([to, item]) => {
      if (found === undefined || to.startsWith("x-")) return [];
      const from = { operationId, headline: `${method} ${path}` };
      return requestsOf(reading, item, `${found.pointer}/${pointerToken(to)}`, { kind: "callback", name, to, from });
    });
  });
};

export const readSent = (reading: Reading, operations: readonly Operation[]): readonly SentRequest[] => {
  if (reading.dialect === "2.0") return [];
  const webhooks = entriesOf(own(reading.document.root, "webhooks")).flatMap(([name, raw]) =>
    requestsOf(reading, raw, `/webhooks/${pointerToken(name)}`, { kind: "webhook", name }),
  );
  return [...webhooks, ...operations.flatMap((operation) => callbacksOf(reading, operation))];
};
