// Decides what the output may show: colour, width, symbols.
import type { Look } from "../kernel/report.ts";

interface LookInputs {
  /** `auto`, `always` or `never`, from `--color` or configuration. */
  readonly color: string;
  readonly verbose: boolean;
  readonly tty: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const given = (value: string | undefined): value is string => value !== undefined && value !== "";

/** `--color` wins over NO_COLOR (no-color.org), NO_COLOR over FORCE_COLOR, and those over the terminal itself. */
const wantsColor = ({ color, tty, env }: LookInputs): boolean => {
  if (color !== "auto") return color === "always";
  if (given(env["NO_COLOR"])) return false;
  if (given(env["FORCE_COLOR"])) return env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  return tty && env["TERM"] !== "dumb";
};

const isUtf8 = (env: LookInputs["env"]): boolean => {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find(given);
  return locale === undefined || (/utf-?8/i.test(locale) && locale !== "C");
};

export const lookFor = (inputs: LookInputs): Look => ({
  color: wantsColor(inputs),
  unicode: isUtf8(inputs.env),
  width: inputs.tty ? Math.max(40, Math.min(inputs.columns, 160)) : 120,
  verbose: inputs.verbose,
});
