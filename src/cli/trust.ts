// `senior trust`: approves a plugin script that a project's configuration lists.
import { trust } from "../io/plugins/trust.ts";
import { joinPath } from "../kernel/paths.ts";
import { text } from "../kernel/report.ts";
import { command } from "./command.ts";
import { text as textArg } from "./flags.ts";

export default command({
  name: "trust",
  about: "Trust a plugin script that a project lists, as it is now",
  more: "A project's configuration may list plugin scripts, and scripts are code. They run only after you trusted their exact content; a change asks again.",
  examples: [{ run: "senior trust tools/acme-plugin.ts", about: "approve the script and what it imports" }],
  bare: true,
  positionals: { script: textArg("The plugin script", { value: "PATH", required: true }) },
  flags: {},
  async run({ args, io }) {
    const path = joinPath(io.cwd, args.script);
    const hash = await trust(io, path);
    return {
      command: "trust",
      blocks: [text(`trusted ${path}`, "good"), text(`${hash} (for pipelines: SENIOR_TRUST)`, "dim")],
      findings: [],
      data: { path, hash },
    };
  },
});
