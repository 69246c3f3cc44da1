// Why something could not be written, in words.
import { Fault } from "../kernel/fault.ts";

/** The system's name of an error: "ENOENT", or "" for anything else. */
export const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";

const words: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOENT: "its folder cannot be made",
  ENOTDIR: "a part of the path is a file",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "the name is too long",
  EEXIST: "a part of the path is a file",
};

export const outputFault = (path: string, error: unknown): Fault =>
  error instanceof Fault
    ? error
    : new Fault("world.output", `cannot write ${path}: ${words[codeOf(error)] ?? String(error)}`, { cause: error });
