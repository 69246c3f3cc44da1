// What a person says about the machine behind the server.
import { Fault } from "../../kernel/fault.ts";
import type { Machine } from "../../pg/rules/rule.ts";

const units: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `16GB`, `512 MiB`, `64g`: powers of 1024, as PostgreSQL's own settings have them. */
const bytesOf = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  const unit = units[(match?.[2] ?? "").toLowerCase()];
  if (match === null || unit === undefined) {
    throw new Fault("usage.bad-value", `--memory got "${text}", expected a size such as 16GB or 512MB`);
  }
  return Number(match[1]) * unit;
};

export const machineOf = ({
  cores,
  memory,
}: {
  readonly cores: number | undefined;
  readonly memory: string | undefined;
}): Machine => ({
  ...(cores === undefined ? {} : { cores }),
  ...(memory === undefined ? {} : { memoryBytes: bytesOf(memory) }),
});
