// Which hosts documents may be fetched from: those that were named, at addresses that are public or were named as well.
import { BlockList, isIP } from "node:net";
import { Fault } from "../kernel/fault.ts";

interface RemoteHost {
  /** Lower case; an IPv6 address without brackets. */
  readonly name: string;
  readonly port: number | undefined;
}

export type RemoteHosts = readonly RemoteHost[];

const blocked = (family: "ipv4" | "ipv6", subnets: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = "", bits] = subnet.split("/");
    list.addSubnet(address, Number(bits), family);
  }
  return list;
};

/** Everything that is not the public internet (IANA's special-purpose registries). */
const special4 = blocked("ipv4", [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"],
  ...["192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
]);
const global6 = blocked("ipv6", ["2000::/3"]);
const special6 = blocked("ipv6", ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]);
const loopback4 = blocked("ipv4", ["127.0.0.0/8"]);
const linkLocal4 = blocked("ipv4", ["169.254.0.0/16"]);
const linkLocal6 = blocked("ipv6", ["fe80::/10", "fd00:ec2::/32", "fd20:ce::/32"]);

/** `::ffff:7f00:1` is 127.0.0.1. */
const unmapped = (address: string): string => {
  const [, high = "", low = ""] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  const [, dotted = address] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (high === "") return dotted;
  const [a, b] = [parseInt(high, 16), parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
};

const isPublic = (address: string): boolean =>
  isIP(address) === 4
    ? !special4.check(address, "ipv4")
    : global6.check(address, "ipv6") && !special6.check(address, "ipv6");

/** Where clouds keep credentials: nobody fetches a document there. */
const isLinkLocal = (address: string): boolean =>
  isIP(address) === 4 ? linkLocal4.check(address, "ipv4") : linkLocal6.check(address, "ipv6");

export const isLoopback = (address: string): boolean =>
  isIP(address) === 4 ? loopback4.check(address, "ipv4") : address === "::1";

/** `api.example.com`, `api.example.com:8443`, `127.0.0.1:3000`, `[::1]:3000`. Faults: `usage.bad-value`. */
export const readRemoteHost = (text: string): RemoteHost => {
  const isPlain = /^[^\s/@?#\\*]+$/.test(text);
  const url = isPlain && URL.canParse(`http://${text}/`) ? new URL(`http://${text}/`) : undefined;
  if (url === undefined) {
    throw new Fault("usage.bad-value", `--allow-remote-refs got "${text}", expected HOST or HOST:PORT`, {
      help: "name each host by itself: --allow-remote-refs schemas.example.com",
    });
  }
  const [, port] = /:(\d+)$/.exec(text.replace(/^\[[^\]]*\]/, "")) ?? [];
  return { name: hostOf(url), port: port === undefined ? undefined : Number(port) };
};

/** As URLs normalise it: `0x7f.1` and `2130706433` are 127.0.0.1. */
export const hostOf = ({ hostname }: URL): string => unmapped(hostname.replace(/^\[|\]$/g, "").replace(/\.$/, ""));

const portOf = ({ port, protocol }: URL): number => (port !== "" ? Number(port) : protocol === "https:" ? 443 : 80);

/** Was this host named? Without a port, it means the usual one. */
export const isNamed = (url: URL, hosts: RemoteHosts): boolean =>
  hosts.some(
    ({ name, port }) => name === hostOf(url) && (port ?? (url.protocol === "https:" ? 443 : 80)) === portOf(url),
  );

/** Why nobody connects to this address for that host; undefined when it is fine. */
export const refusalOf = (address: string, url: URL, hosts: RemoteHosts): string | undefined => {
  const plain = unmapped(address);
  if (isLinkLocal(plain)) return "link-local, where clouds keep credentials";
  const isItself = hosts.some(({ name }) => name === plain || (name === "localhost" && isLoopback(plain)));
  if (!isPublic(plain) && !isItself) return "not a public address, and not named by --allow-remote-refs";
  return url.protocol === "https:" || isLoopback(plain) ? undefined : "asked for without TLS";
};
