// The flags every command takes.
import type { Arg } from "./flags.ts";
import { choice, flag, many, text } from "./flags.ts";

const color: Arg<string> = {
  about: "Colour the output: auto, always or never; bare means always",
  arity: "maybe",
  value: "WHEN",
  repeat: false,
  required: false,
  scope: "any",
  choices: ["auto", "always", "never"],
  negation: "never",
  shown: "auto",
  takes: (word) => ["auto", "always", "never"].includes(word),
  read: (raw, name) => {
    const last = raw.at(-1);
    return last === "" ? "always" : choice(["auto", "always", "never"], "", { default: "auto" }).read(raw, name);
  },
};

export const globalFlags = {
  help: flag("Show this help", { short: "h" }),
  json: flag("Print the result as JSON, the same as --reporter json"),
  reporter: text(
    "How to print the result: human, json, markdown, junit, github, gitlab, sarif, csv, html, or one of a plugin's",
    { value: "NAME", default: "human" },
  ),
  color,
  verbose: flag("Show more detail", { short: "v" }),
  failOn: choice(["error", "warning", "info", "never"], "Exit 1 when a finding is at least this bad", {
    default: "error",
  }),
  plugin: many(text("Load a plugin script", { value: "PATH", scope: "user" })),
  config: text("Read this configuration file instead of the project's", { value: "FILE", scope: "user" }),
} as const;

/** Added to commands whose report carries files. */
export const fileFlags = {
  dryRun: flag("Show what would be written, and write nothing"),
  force: flag("Replace files whose content differs"),
} as const;

/** Added to commands whose report is itself the product. */
export const reportFlags = {
  output: many(
    text("Write the result to a file as well, as its name says: .json, .html, .md, .xml (JUnit), .sarif, .csv, .txt", {
      value: "FILE",
      short: "o",
    }),
  ),
} as const;
