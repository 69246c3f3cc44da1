// senior load github: prints the workflow whose matrix of jobs sends one load together.
import { workflow } from "../load/manifests.ts";
import { command } from "./command.ts";
import { duration, text } from "./flags.ts";
import { checkDivision, divisionFlags, divisionPositionals } from "./load-division.ts";

export default command({
  name: "github",
  about: "Print a GitHub Actions workflow whose jobs send one load together",
  more: "Each job of a matrix takes its part of one schedule and begins at the same time; a last one merges their results.",
  examples: [
    {
      run: "senior load github --shards 4 -- https://staging.example.com/users --rate 2000 --duration 1m > .github/workflows/load.yaml",
      about: "Four runners, five hundred requests a second each",
    },
  ],
  positionals: divisionPositionals,
  flags: {
    ...divisionFlags,
    senior: text("How the runners call it", { value: "PROGRAM", default: "senior" }),
    startIn: duration("How long after the first job the others begin", { min: 0, default: 90_000 }),
  },
  output: "report",
  run({ args }) {
    checkDivision(args.load, args.name);
    const division = { shards: args.shards, name: args.name, words: args.load };
    const manifest = workflow(division, args.senior, String(Math.ceil(args.startIn / 1000)));
    return Promise.resolve({
      command: "load github",
      blocks: [],
      findings: [],
      raw: manifest,
      data: { kind: "load-manifest", for: "github", shards: args.shards, manifest },
    });
  },
});
