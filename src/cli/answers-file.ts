// A file of answers: the decision's flags under their own names, in YAML or JSON.
import type { AnswerKey, Answers } from "../decide/answers.ts";
import { answerKeyOf, answerKeys, answerKinds, valueOf, wantedText } from "../decide/answers.ts";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import { isObject, pointer } from "../kernel/json.ts";
import { nearest } from "../kernel/words.ts";
import { readDocument } from "./document.ts";
import type { PlacedDocument } from "./document.ts";

const keyOf = (name: string, document: PlacedDocument): AnswerKey => {
  const found = answerKeyOf(name);
  if (found !== undefined) return found;
  const flags = answerKeys.map((key) => answerKinds[key].flag);
  const near = nearest(name.toLowerCase(), flags);
  throw new Fault(
    "input.invalid",
    `unknown answer "${name}"${near === undefined ? `; known are ${flags.join(", ")}` : `; did you mean "${near}"?`}`,
    { at: document.place(pointer([name])) },
  );
};

/** One answer, read as its flag would read it. */
const readAnswer = (name: string, value: unknown, document: PlacedDocument) => {
  const key = keyOf(name, document);
  const at = document.place(pointer([name]));
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw new Fault("input.invalid", `"${name}" must be a text, a number, true or false`, { at });
  }
  const read = valueOf(key).read(String(value));
  if (read === undefined)
    throw new Fault("input.invalid", `"${name}" got "${value}", expected ${wantedText(key, String(value))}`, { at });
  return [key, read] as const;
};

/** The answers of a file, by key. Throws a Fault (exit 3) that names the line of what is wrong. */
export const readAnswers = async (io: Io, path: string): Promise<Answers> => {
  const document = readDocument(await io.files.readText(path), path);
  if (!isObject(document.value)) {
    throw new Fault("input.invalid", "an answers file must be a mapping such as `team-size: 8`", {
      at: document.place(""),
    });
  }
  const given = Object.entries(document.value).filter(([, value]) => value !== null);
  return Object.fromEntries(given.map(([name, value]) => readAnswer(name, value, document)));
};
