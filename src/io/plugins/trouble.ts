// A failure inside a plugin script, as data: message, file, line and the source around it.
import { readFileSync } from "node:fs";
import { isObject } from "../../kernel/json.ts";
import { codeFrame } from "../../kernel/frame.ts";
import type { Trouble } from "./protocol.ts";

interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Bun's BuildMessage and ResolveMessage carry their place; several arrive in one AggregateError. */
const buildPlace = (error: unknown): Place | undefined => {
  const position = isObject(error) || error instanceof Error ? (error as { position?: unknown }).position : undefined;
  if (!isObject(position)) return undefined;
  const { file, line, column } = position;
  if (typeof file !== "string" || typeof line !== "number") return undefined;
  return { path: file, line, column: typeof column === "number" ? column : 1 };
};

/** The first stack frame inside the script's folder. */
const stackPlace = (error: unknown, script: string): Place | undefined => {
  const folder = script.slice(0, script.lastIndexOf("/") + 1);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const [, path = "", line, column] of stack.matchAll(/\(?((?:\/|[A-Za-z]:)[^():\n]+):(\d+):(\d+)\)?/g)) {
    if (path.startsWith(folder)) return { path, line: Number(line), column: Number(column) };
  }
  return undefined;
};

const frameOf = ({ path, line, column }: Place): string | undefined => {
  try {
    return codeFrame(readFileSync(path, "utf8"), line, column);
  } catch {
    return undefined;
  }
};

export const troubleOf = (error: unknown, script: string): Trouble => {
  const first: unknown = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const message =
    first instanceof Error || isObject(first) ? String((first as { message?: unknown }).message) : String(first);
  const place = buildPlace(first) ?? stackPlace(first, script);
  if (place === undefined) return { message };
  const frame = frameOf(place);
  return { message, ...place, ...(frame === undefined ? {} : { frame }) };
};
