// `--resolve host:port:address`: where a name leads for this run alone, as curl has it.
import { Fault } from "../kernel/fault.ts";
import type { Target } from "./target.ts";

export interface Resolution {
  /** Lower case; `*` for every name. */
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

const shape = /^(\*|\[[\da-f:.]+\]|[^:[\]\s]+):(\d{1,5}):(\S+)$/i;
const isAddress = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || (text.includes(":") && /^[\da-f:.]+$/i.test(text));

const unbracketed = (text: string): string => text.replace(/^\[|\]$/g, "");

/** Throws `usage.bad-value`. Addresses of version 6 may stand in brackets. */
export const readResolution = (text: string): Resolution => {
  const [, host = "", port = "", given = ""] = shape.exec(text) ?? [];
  const addresses = given.split(",").map(unbracketed);
  if (host === "" || Number(port) > 65_535 || !addresses.every(isAddress)) {
    throw new Fault("usage.bad-value", `--resolve got "${text}", expected host:port:address`, {
      help: "for example api.example.com:443:127.0.0.1",
    });
  }
  return { host: unbracketed(host).toLowerCase(), port: Number(port), addresses };
};

/** The addresses given for a target; the last word on a name counts. Undefined when there is none. */
export const addressesFor = (target: Target, resolutions: readonly Resolution[]): readonly string[] | undefined =>
  resolutions.findLast(
    ({ host, port }) => (host === "*" || host === target.host.toLowerCase().replace(/\.$/, "")) && port === target.port,
  )?.addresses;
