// senior load k8s: prints the Indexed Job whose pods send one load together.
import { indexedJob } from "../load/manifests.ts";
import { command } from "./command.ts";
import { duration, text } from "./flags.ts";
import { checkDivision, divisionFlags, divisionPositionals } from "./load-division.ts";

export default command({
  name: "k8s",
  about: "Print a Kubernetes Indexed Job whose pods send one load together",
  more: "Each pod takes its part of one schedule and begins at the same time; load merge puts their logs together.",
  examples: [
    {
      run: "senior load k8s --shards 8 -- http://api.default.svc/users --rate 8000 --duration 2m --threshold 'p99<500ms' > job.yaml",
      about: "Eight pods, a thousand requests a second each",
    },
  ],
  positionals: divisionPositionals,
  flags: {
    ...divisionFlags,
    image: text("The container image with senior as its entry point", {
      value: "IMAGE",
      default: "senior-backend:latest",
    }),
    startIn: duration("How long from now the pods begin", { min: 0, default: 120_000 }),
  },
  output: "report",
  run({ args, io }) {
    checkDivision(args.load, args.name);
    const startAt = new Date(io.now().getTime() + args.startIn).toISOString();
    const manifest = indexedJob({ shards: args.shards, name: args.name, words: args.load }, args.image, startAt);
    return Promise.resolve({
      command: "load k8s",
      blocks: [],
      findings: [],
      raw: manifest,
      data: { kind: "load-manifest", for: "kubernetes", shards: args.shards, startAt, manifest },
    });
  },
});
