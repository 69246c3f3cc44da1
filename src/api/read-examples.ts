// Examples beside schemas: of media types, parameters and headers.
import type { Json } from "../kernel/json.ts";
import { isObject, own } from "../kernel/json.ts";
import { asJson, entriesOf } from "./reading.ts";

/** `example`, then the values of `examples`; 3.2 calls a value that is no text yet `dataValue`. */
export const readExamples = (value: object): readonly Json[] => {
  const one = own(value, "example");
  const many = entriesOf(own(value, "examples")).flatMap(([, example]) => {
    if (!isObject(example)) return [];
    const given = own(example, "dataValue") ?? own(example, "value");
    return given === undefined ? [] : [asJson(given)];
  });
  return one === undefined ? many : [asJson(one), ...many];
};
