// One load divided among machines: which share is this one's, and how much of everything falls to it.
import { Fault } from "../kernel/fault.ts";
import type { Share } from "./plan.ts";

const bad = (text: string): Fault =>
  new Fault(
    "usage.bad-value",
    `--shard got "${text}", expected this machine's number and how many there are, such as 2/4`,
    {
      help: "or auto: from JOB_COMPLETION_INDEX and JOB_COMPLETIONS, or CI_NODE_INDEX and CI_NODE_TOTAL",
    },
  );

/** More machines than this are a slip of the finger. */
const mostShards = 10_000;

const shareAt = (number: number, of: number, text: string): Share => {
  if (!(number >= 1 && number <= of && of <= mostShards)) throw bad(text);
  return { index: number - 1, of };
};

/** `2/4`: the second of four. */
const readShard = (text: string): Share => {
  const [, number, of] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  if (number === undefined || of === undefined) throw bad(text);
  return shareAt(Number(number), Number(of), text);
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Who numbers machines, and from where: an Indexed Job from 0, a pipeline's parallel jobs from 1. */
const numberings = [
  { index: "JOB_COMPLETION_INDEX", of: "JOB_COMPLETIONS", first: 0 },
  { index: "CI_NODE_INDEX", of: "CI_NODE_TOTAL", first: 1 },
] as const;

const fromEnvironment = (env: Environment): Share => {
  for (const { index, of, first } of numberings) {
    const [number, total] = [env[index], env[of]];
    if (number === undefined || total === undefined) continue;
    if (!/^\d{1,5}$/.test(number) || !/^\d{1,5}$/.test(total)) throw bad(`${number}/${total}`);
    return shareAt(Number(number) - first + 1, Number(total), `${number}/${total}`);
  }
  throw new Fault("usage.bad-value", "--shard auto found no number for this machine in the environment", {
    help: "set JOB_COMPLETION_INDEX (from 0) and JOB_COMPLETIONS, or give --shard i/n",
  });
};

/** `2/4`, or `auto` for what the surroundings say. Throws `usage.bad-value`. */
export const shardOf = (text: string, env: Environment): Share =>
  text === "auto" ? fromEnvironment(env) : readShard(text);

/** The part of a whole number that falls to one share; what does not divide goes to the first ones. */
export const partOf = (total: number, { index, of }: Share): number =>
  Math.floor(total / of) + (index < total % of ? 1 : 0);
