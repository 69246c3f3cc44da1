// `senior schema`: prints the JSON Schemas of what the product prints and reads.
import { decisionSchema } from "../decide/decision-schema.ts";
import { grillSchema } from "../decide/grill-schema.ts";
import { profileSchema } from "../decide/read-profile.ts";
import { Fault } from "../kernel/fault.ts";
import type { Json } from "../kernel/json.ts";
import { nearest } from "../kernel/words.ts";
import { comparisonSchema, loadSchema } from "../load/load-schema.ts";
import { envelopeSchema } from "../report/json.ts";
import { command } from "./command.ts";
import { text } from "./flags.ts";

const schemas: Readonly<Record<string, Json>> = {
  report: envelopeSchema,
  decision: decisionSchema,
  grill: grillSchema,
  load: loadSchema,
  "load-comparison": comparisonSchema,
  profile: profileSchema,
};

export default command({
  name: "schema",
  about: "Print the JSON Schema of what senior prints or reads",
  examples: [{ run: "senior schema report > report.schema.json", about: "what every `--json` output looks like" }],
  positionals: { name: text(`Which one: ${Object.keys(schemas).join(", ")}`, { value: "NAME", required: true }) },
  flags: {},
  run({ args }) {
    const schema = Object.hasOwn(schemas, args.name) ? schemas[args.name] : undefined;
    if (schema === undefined) {
      const near = nearest(args.name, Object.keys(schemas));
      throw new Fault(
        "usage.bad-value",
        `no schema "${args.name}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
      );
    }
    return Promise.resolve({
      command: "schema",
      blocks: [],
      findings: [],
      data: schema,
      raw: JSON.stringify(schema, null, 2),
    });
  },
});
