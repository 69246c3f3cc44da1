// A file of answers: the decision's flags under their own names, in YAML or JSON.
import { answerKeys, answerKinds } from "../decide/answers.ts";
import type { AnswerKey } from "../decide/answers.ts";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import { isObject, pointer } from "../kernel/json.ts";
import { nearest } from "../kernel/words.ts";
import type { Args } from "./flags.ts";
import { readDocument } from "./document.ts";
import type { PlacedDocument } from "./document.ts";

/** `team_size` and `teamSize` are `team-size`. */
const dashed = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();

const keyOf = (name: string, document: PlacedDocument): AnswerKey => {
  const found = answerKeys.find((key) => answerKinds[key].flag === dashed(name));
  if (found !== undefined) return found;
  const flags = answerKeys.map((key) => answerKinds[key].flag);
  const near = nearest(dashed(name), flags);
  throw new Fault(
    "input.invalid",
    `unknown answer "${name}"${near === undefined ? `; known are ${flags.join(", ")}` : `; did you mean "${near}"?`}`,
    { at: document.place(pointer([name])) },
  );
};

/** One answer, read as its flag would read it. */
const readAnswer = (name: string, value: unknown, flags: Args, document: PlacedDocument) => {
  const key = keyOf(name, document);
  const at = document.place(pointer([name]));
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw new Fault("input.invalid", `"${name}" must be a text, a number, true or false`, { at });
  }
  try {
    return [key, flags[key]?.read([String(value)], `"${name}"`)] as const;
  } catch (error) {
    throw error instanceof Fault ? new Fault("input.invalid", error.message, { at }) : error;
  }
};

/** The answers of a file, by key. Throws a Fault (exit 3) that names the line of what is wrong. */
export const readAnswers = async (io: Io, path: string, flags: Args): Promise<Readonly<Record<string, unknown>>> => {
  const document = readDocument(await io.files.readText(path), path);
  if (!isObject(document.value)) {
    throw new Fault("input.invalid", "an answers file must be a mapping such as `team-size: 8`", {
      at: document.place(""),
    });
  }
  const given = Object.entries(document.value).filter(([, value]) => value !== null);
  return Object.fromEntries(given.map(([name, value]) => readAnswer(name, value, flags, document)));
};
