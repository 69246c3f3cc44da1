// `senior schema`: prints the JSON Schemas of what the product prints and reads, and the types of plugin scripts.
import { decisionSchema } from "../decide/decision-schema.ts";
import { grillSchema } from "../decide/grill-schema.ts";
import { profileSchema } from "../decide/read-profile.ts";
import { Fault } from "../kernel/fault.ts";
import type { Json } from "../kernel/json.ts";
import type { Report } from "../kernel/report.ts";
import { nearest } from "../kernel/words.ts";
import { comparisonSchema, loadSchema } from "../load/load-schema.ts";
import { envelopeSchema } from "../report/json.ts";
import { command } from "./command.ts";
import { text } from "./flags.ts";
import pluginTypes from "./plugin-types.d.ts.txt" with { type: "text" };

const schemas: Readonly<Record<string, Json>> = {
  report: envelopeSchema,
  decision: decisionSchema,
  grill: grillSchema,
  load: loadSchema,
  "load-comparison": comparisonSchema,
  profile: profileSchema,
};

/** What plugin scripts are written against is no JSON, and so has declarations. */
const declarations: Readonly<Record<string, string>> = { plugin: pluginTypes };

const names = [...Object.keys(schemas), ...Object.keys(declarations)];

const printed = (name: string): Pick<Report, "data" | "raw"> => {
  if (Object.hasOwn(declarations, name))
    return { data: { declarations: declarations[name] ?? "" }, raw: declarations[name] ?? "" };
  if (Object.hasOwn(schemas, name)) return { data: schemas[name] ?? null, raw: JSON.stringify(schemas[name], null, 2) };
  const near = nearest(name, names);
  throw new Fault("usage.bad-value", `no schema "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`, {
    help: `there are ${names.join(", ")}`,
  });
};

export default command({
  name: "schema",
  about: "Print the JSON Schema of what senior prints or reads, or the types of plugin scripts",
  examples: [
    { run: "senior schema report > report.schema.json", about: "what every `--json` output looks like" },
    {
      run: "senior schema plugin > senior-sdk.d.ts",
      about: 'types for plugin scripts: `import type … from "senior/sdk"`',
    },
  ],
  positionals: { name: text(`Which one: ${names.join(", ")}`, { value: "NAME", required: true }) },
  flags: {},
  run: ({ args }) => Promise.resolve({ command: "schema", blocks: [], findings: [], ...printed(args.name) }),
});
