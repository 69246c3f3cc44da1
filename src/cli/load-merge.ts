// senior load merge: one result from those of several machines, with limits held against the whole.
import type { Io } from "../io/io.ts";
import { mergeParts } from "../load/merge.ts";
import { readParts } from "../load/read-parts.ts";
import { loadReport } from "../load/view.ts";
import { command } from "./command.ts";
import { many, text } from "./flags.ts";
import { thresholdsOf } from "./load-limits.ts";

const readAll = async (io: Io, paths: readonly string[]) => {
  const texts = await Promise.all(
    paths.map(async (path) => ({ path, text: await io.files.readText(path === "-" ? "/dev/stdin" : path) })),
  );
  return texts.flatMap(({ path, text: content }) => readParts(content, path));
};

export default command({
  name: "merge",
  about: "Put the results of several machines together, exactly, and hold the whole to its limits",
  more: [
    "Each machine ran senior load with --shard i/n and saved its JSON. Histograms are added slot by slot: every",
    "percentile is the one that a single machine would have found. Limits given to the parts are held against the whole,",
    "unless others are given here. Parts that are missing are named, and no limit passes without them (exit 1); parts",
    "of different loads, or one given twice, are refused (exit 3). A file may be a log that holds several results.",
  ].join("\n"),
  examples: [
    { run: "senior load merge part-1.json part-2.json part-3.json part-4.json", about: "Four machines, one result" },
    {
      run: "kubectl logs -l job-name=load --tail=-1 | senior load merge - --threshold 'p99<500ms' -o report.html",
      about: "From the pods' logs, with a limit and charts",
    },
  ],
  positionals: {
    file: many(text("JSON output of each part; - for standard input", { value: "FILE", required: true })),
  },
  flags: {
    threshold: many(text("A limit over all requests, in place of those of the parts", { value: "LIMIT" })),
    targets: text("Limits by name: default or a profile's", { value: "default|PROFILE" }),
  },
  output: "report",
  async run({ args, io, registry }) {
    const limits = await thresholdsOf(io, args.threshold, args.targets, registry.profiles);
    return { ...loadReport(mergeParts(await readAll(io, args.file), limits)), command: "load merge" };
  },
});
