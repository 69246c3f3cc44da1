// HTTP Digest authentication (RFC 7616): reads a server's challenge and answers it, request by request.

export type DigestHash = "md5" | "sha256";

/** Handed in: the hex digest of a text. */
export type HashText = (hash: DigestHash, text: string) => string;

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server wrote it; undefined where it named none, which means MD5. */
  readonly algorithm: string | undefined;
  readonly hash: DigestHash;
  /** The user's name and password are hashed with the nonce once more. */
  readonly session: boolean;
  /** Quality of protection `auth`; servers of before 1999 offer none. */
  readonly qop: boolean;
  readonly stale: boolean;
  readonly userhash: boolean;
}

/** From weak to strong. */
const algorithms: readonly (readonly [name: string, hash: DigestHash])[] = [
  ["MD5", "md5"],
  ["SHA-256", "sha256"],
];

const unquoted = (text: string): string => text.replace(/\\(.)/g, "$1");

/** The parameters of each Digest challenge in a header, which may hold challenges of other schemes as well. */
const parametersIn = (header: string): readonly ReadonlyMap<string, string>[] =>
  [...header.matchAll(/(?:^|,)\s*Digest\s+/gi)].map((scheme) => {
    const found = new Map<string, string>();
    const parameter = /\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)/y;
    parameter.lastIndex = scheme.index + scheme[0].length;
    for (let match = parameter.exec(header); match !== null; match = parameter.exec(header)) {
      found.set((match[1] ?? "").toLowerCase(), match[2] === undefined ? (match[3] ?? "") : unquoted(match[2]));
    }
    return found;
  });

/** Undefined for what cannot be answered: another algorithm, or protection of bodies alone. */
const challengeOf = (parameters: ReadonlyMap<string, string>): Challenge | undefined => {
  const [algorithm, nonce, qop] = [parameters.get("algorithm"), parameters.get("nonce"), parameters.get("qop")];
  const plain = (algorithm ?? "MD5").toUpperCase().replace(/-SESS$/, "");
  const hash = algorithms.find(([name]) => name === plain)?.[1];
  const offered = qop?.split(",").map((word) => word.trim().toLowerCase());
  if (nonce === undefined || hash === undefined || offered?.includes("auth") === false) return undefined;
  return {
    realm: parameters.get("realm") ?? "",
    nonce,
    opaque: parameters.get("opaque"),
    algorithm,
    hash,
    session: /-sess$/i.test(algorithm ?? ""),
    qop: offered !== undefined,
    stale: parameters.get("stale")?.toLowerCase() === "true",
    userhash: parameters.get("userhash")?.toLowerCase() === "true",
  };
};

/** The strongest challenge that can be answered. */
export const readChallenge = (headers: readonly string[]): Challenge | undefined => {
  const strength = ({ hash }: Challenge): number => algorithms.findIndex(([, one]) => one === hash);
  return headers
    .flatMap(parametersIn)
    .flatMap((parameters) => challengeOf(parameters) ?? [])
    .toSorted((a, b) => strength(b) - strength(a))[0];
};

const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

export interface Asked {
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly uri: string;
  /** How often the nonce has been used, from 1. */
  readonly count: number;
  readonly cnonce: string;
}

/** The value of the Authorization header. */
export const digestHeader = (
  challenge: Challenge,
  { user, password }: Credentials,
  { method, uri, count, cnonce }: Asked,
  hashText: HashText,
): string => {
  const { realm, nonce, opaque, algorithm, session, qop, userhash } = challenge;
  const hash = (...parts: readonly string[]): string => hashText(challenge.hash, parts.join(":"));
  const secret = hash(user, realm, password);
  const ha1 = session ? hash(secret, nonce, cnonce) : secret;
  const nc = count.toString(16).padStart(8, "0");
  const ha2 = hash(method, uri);
  const response = qop ? hash(ha1, nonce, nc, cnonce, "auth", ha2) : hash(ha1, nonce, ha2);
  return [
    `Digest username=${quoted(userhash ? hash(user, realm) : user)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response=${quoted(response)}`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop ? [`qop=auth, nc=${nc}, cnonce=${quoted(cnonce)}`] : session ? [`cnonce=${quoted(cnonce)}`] : []),
    ...(userhash ? ["userhash=true"] : []),
  ].join(", ");
};

/** One connection's standing with a server: the nonce that it was given, and how often it has used it. */
export class DigestSession {
  readonly #credentials: Credentials;
  readonly #hashText: HashText;
  #challenge: Challenge | undefined;
  #count = 0;

  constructor(credentials: Credentials, hashText: HashText) {
    this.#credentials = credentials;
    this.#hashText = hashText;
  }

  /** Undefined while no challenge has come. */
  header(method: string, uri: string, cnonce: string): string | undefined {
    if (this.#challenge === undefined) return undefined;
    const asked = { method, uri, count: ++this.#count, cnonce };
    return digestHeader(this.#challenge, this.#credentials, asked, this.#hashText);
  }

  /** Takes the challenge of a 401. Is the request to be sent once more? Not when the credentials were refused. */
  challenged(headers: readonly string[]): boolean {
    const challenge = readChallenge(headers);
    if (challenge === undefined) return false;
    const refused = this.#challenge !== undefined && this.#count === 1 && !challenge.stale;
    // A nonce that served before has run out, whether or not the server says so.
    const again = !refused;
    this.#challenge = challenge;
    this.#count = 0;
    return again;
  }
}
