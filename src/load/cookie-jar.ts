// The cookies of one connection to one server, as RFC 6265 keeps them: set by answers, sent back where their path fits.

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly secure: boolean;
}

const attribute = (parts: readonly string[], name: string): string | undefined => {
  const found = parts.findLast((part) => new RegExp(`^\\s*${name}\\s*(=|$)`, "i").test(part));
  return found?.includes("=") === true
    ? found.slice(found.indexOf("=") + 1).trim()
    : found === undefined
      ? undefined
      : "";
};

/** RFC 6265 section 5.1.4: the folder of the request. */
const folderOf = (path: string): string => {
  const plain = path.split("?")[0] ?? "/";
  const end = plain.lastIndexOf("/");
  return end <= 0 ? "/" : plain.slice(0, end);
};

const covers = (cookiePath: string, requestPath: string): boolean => {
  const path = requestPath.split("?")[0] ?? "/";
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith("/") || path[cookiePath.length] === "/");
};

/** Max-Age wins over Expires, which is held against the answer's own Date. */
const expired = (parts: readonly string[], date: string | undefined): boolean => {
  const maxAge = attribute(parts, "max-age");
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  const expires = Date.parse(attribute(parts, "expires") ?? "");
  const now = Date.parse(date ?? "");
  return !Number.isNaN(expires) && expires <= (Number.isNaN(now) ? 0 : now);
};

export class CookieJar {
  readonly #secure: boolean;
  #cookies: readonly Cookie[] = [];
  /** Changes whenever what is sent may change. */
  version = 0;

  constructor(secure: boolean) {
    this.#secure = secure;
  }

  /** Takes a `Set-Cookie` of an answer to a path; `date` is the answer's `Date`. */
  set(header: string, requestPath: string, date?: string): void {
    const [pair = "", ...parts] = header.split(";");
    const equals = pair.indexOf("=");
    const name = pair.slice(0, Math.max(0, equals)).trim();
    if (name === "") return;
    const given = attribute(parts, "path");
    const cookie: Cookie = {
      name,
      value: pair.slice(equals + 1).trim(),
      path: given?.startsWith("/") === true ? given : folderOf(requestPath),
      secure: attribute(parts, "secure") !== undefined,
    };
    const others = this.#cookies.filter((one) => one.name !== name || one.path !== cookie.path);
    this.#cookies = expired(parts, date) ? others : [...others, cookie];
    this.version++;
  }

  get(name: string): string | undefined {
    return this.#cookies.findLast((cookie) => cookie.name === name)?.value;
  }

  /** The value of the `Cookie` header for a path, longer paths first; empty when there is none. */
  header(requestPath: string): string {
    return this.#cookies
      .filter(({ path, secure }) => covers(path, requestPath) && (this.#secure || !secure))
      .toSorted((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }
}
