// The target of a load test: a URL taken apart into what a socket, a TLS handshake and a request line need.
import { Fault } from "../kernel/fault.ts";
import { plural } from "../kernel/words.ts";

export interface Target {
  readonly scheme: "http" | "https";
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly port: number;
  /** The `Host` header: with brackets for IPv6, without a default port. */
  readonly authority: string;
  /** Path and query as they go on the wire. */
  readonly path: string;
  /** From user information in the URL: the value of an `Authorization` header. */
  readonly authorization?: string;
  /** The URL for people: no user information, secret query values masked. */
  readonly shown: string;
}

const metadataNames = ["metadata.google.internal", "metadata.goog"];
const metadataAddresses = [
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "100.100.100.200",
  "fd00:ec2::254",
  "fd20:ce::254",
];

/** ::ffff:a.b.c.d in the spelling that URLs use (`::ffff:a9fe:a9fe`) as a.b.c.d; everything else unchanged. */
const unmapped = (address: string): string => {
  const match = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (match === null) return address.replace(/^::ffff:(?=\d+\.)/i, "");
  const high = Number.parseInt(match[1] ?? "", 16);
  const low = Number.parseInt(match[2] ?? "", 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
};

/** Cloud metadata services hand out credentials: no load test means to aim at one. */
export const isMetadataHost = (host: string): boolean => {
  const name = unmapped(host.toLowerCase().replace(/\.$/, ""));
  return metadataNames.includes(name) || metadataAddresses.includes(name);
};

/** Refuses a host, or an address that a name resolved to. */
export const refuseMetadata = (host: string, via?: string): void => {
  if (!isMetadataHost(host)) return;
  const what = via === undefined ? host : `${via} resolves to ${host}, which`;
  throw new Fault("guard.target", `${what} is a cloud metadata service: it is never load-tested`);
};

const secretName =
  /(^|[-_.])(auth|code|cred\w*|jwt|key|pass\w*|pwd|secret|session\w*|sid|sig|signature|token)([-_.]|$)|api-?key|token|secret|password|authorization|cookie/i;

/** Headers and query parameters whose values are never shown. */
export const isSecretName = (name: string): boolean => secretName.test(name.replace(/([a-z\d])([A-Z])/g, "$1-$2"));

/** What a secret becomes in any output: its length may tell an empty variable from a set one. */
export const redacted = (value: string): string => `*** (${plural(value.length, "character")})`;

/** A query, or a path with one, for people. */
export const shownQuery = (query: string): string =>
  // URLSearchParams would write the masks percent-encoded and touch the other values.
  query.replace(/([?&])([^=&]*)=([^&]*)/g, (whole, sign: string, name: string, value: string) =>
    isSecretName(name) && value !== "" ? `${sign}${name}=***` : whole,
  );

const shownUrl = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}${shownQuery(url.search)}`;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const basic = (url: URL): string => {
  const bytes = new TextEncoder().encode(`${decoded(url.username)}:${decoded(url.password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
};

const bad = (message: string, help = "give a URL such as http://localhost:3000/health"): Fault =>
  new Fault("usage.bad-value", message, { help });

/** `localhost:3000/x` parses as a URL of scheme "localhost:": say what was meant. */
const schemeFault = (raw: string, scheme: string): Fault => {
  const lacking = /^[\w.-]+:\d+(\/|$)/.test(raw);
  if (lacking) return bad("the URL lacks its scheme", "put http:// or https:// before it");
  return bad(`${scheme}// cannot be load-tested: only http:// and https:// can`);
};

/** Takes a URL apart. Faults never repeat the URL: it may hold a password. */
export const readTarget = (raw: string): Target => {
  const url = URL.parse(raw);
  if (url === null) {
    const lacking = !/^[a-z][a-z\d+.-]*:/i.test(raw);
    throw lacking
      ? bad("the URL lacks its scheme", "put http:// or https:// before it")
      : bad("the URL cannot be read: check host and port");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw schemeFault(raw, url.protocol);
  const scheme = url.protocol === "https:" ? "https" : "http";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "") throw bad("the URL names no host");
  refuseMetadata(host);
  const port = url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port);
  if (port === 0) throw bad("port 0 cannot be connected to");
  return {
    scheme,
    host,
    isAddress: url.hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(host),
    port,
    authority: url.host,
    path: `${url.pathname}${url.search}`,
    ...(url.username === "" && url.password === "" ? {} : { authorization: basic(url) }),
    shown: shownUrl(url),
  };
};
