// Plays a scenario: draws each arrival's flow and data row, makes its requests, and looks into their answers.
import type { Judge } from "./check.ts";
import { Seen, checkText, extractionText, extractorOf, judgeOf } from "./check.ts";
import { CookieJar } from "./cookie-jar.ts";
import type { Answer } from "./kept-answer.ts";
import type { HashText } from "./digest.ts";
import { DigestSession } from "./digest.ts";
import { drawn } from "./random.ts";
import type { Header } from "./request.ts";
import { wireBytes } from "./request.ts";
import type { Flow, RequestPlan, Scenario } from "./scenario.ts";
import type { Values } from "./template.ts";
import { fill, placeholders } from "./template.ts";
import type { CheckCount, Outgoing, Traffic } from "./traffic.ts";

const encoder = new TextEncoder();

/** What one draw is for, so that draws for one arrival do not depend on each other. */
const salts = { flow: 1, row: 2, uuid: 3, nonce: 4 } as const;

/** A request with everything prepared that does not change. */
interface Prepared {
  readonly plan: RequestPlan;
  /** The whole of it, where nothing has to be filled in and no cookies are sent. */
  readonly fixed: Outgoing | undefined;
  readonly keeps: boolean;
  readonly checks: readonly { readonly judge: Judge; readonly count: CheckCount }[];
  readonly extract: readonly {
    readonly variable: string;
    readonly find: (seen: Seen) => string | undefined;
    readonly count: CheckCount;
  }[];
}

const countOf = (request: number, text: string): CheckCount => ({ request, text, held: 0, broken: 0, example: "" });

/** Enters what was found, unless it is that of a warm-up. True when it was right. */
const note = (count: CheckCount | undefined, problem: string | undefined): boolean => {
  if (count === undefined) return problem === undefined;
  if (problem === undefined) count.held++;
  else {
    if (count.broken++ === 0) count.example = problem;
  }
  return problem === undefined;
};

/** Head and body as bytes; a problem when a value is missing, or would end the line that it stands on. */
const made = (request: number, plan: RequestPlan, keeps: boolean, own: readonly Header[], values: Values): Outgoing => {
  const path = fill(plan.path, values);
  const body =
    plan.body instanceof Uint8Array ? plan.body : plan.body === undefined ? undefined : fill(plan.body, values);
  const headers = plan.headers.map(({ name, value }) => [name, fill(value, values)] as const);
  const texts = [path, ...headers.map(([, value]) => value)];
  const outgoing = { toHead: plan.method === "HEAD", request, keeps };
  if (texts.includes(undefined) || (body === undefined && plan.body !== undefined)) {
    return {
      ...outgoing,
      bytes: new Uint8Array(0),
      problem: `${plan.name}: the data row has no value for a placeholder`,
    };
  }
  if (texts.some((text) => /[\u0000-\u0008\u000a-\u001f\u007f]/.test(text ?? "")) || /\s/.test(path ?? "")) {
    const problem = `${plan.name}: a value with a line break, a blank or a control character cannot stand in its head`;
    return { ...outgoing, bytes: new Uint8Array(0), problem };
  }
  const all = [...headers.map(([name, value = ""]) => [name, value] as const), ...own];
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  return { ...outgoing, bytes: wireBytes(plan.method, path ?? "", all, bytes) };
};

const none: readonly Header[] = [];
const noValues: Values = { arrival: 0, row: [], variable: () => undefined, uuid: () => "" };

const isFixed = ({ path, headers, body }: RequestPlan): boolean =>
  [
    path,
    ...headers.map(({ value }) => value),
    ...(body instanceof Uint8Array || body === undefined ? [] : [body]),
  ].every((template) => placeholders(template).length === 0);

const prepare = (plan: RequestPlan, request: number, looks: boolean): Prepared => {
  const keeps = looks || plan.checks.length > 0 || plan.extract.length > 0;
  return {
    plan,
    keeps,
    fixed: isFixed(plan) ? made(request, plan, keeps, [], noValues) : undefined,
    checks: plan.checks.map((check) => ({ judge: judgeOf(check), count: countOf(request, checkText(check)) })),
    extract: plan.extract.map((one) => ({
      variable: one.variable,
      find: extractorOf(one.from),
      count: countOf(request, extractionText(one)),
    })),
  };
};

export class Script {
  readonly requests: readonly Prepared[];
  readonly scenario: Scenario;
  readonly #seed: number;
  /** The flows' weights, added up one after the other. */
  readonly #upTo: readonly number[];

  readonly #hashText: HashText | undefined;

  /** `hashText` is for scenarios with Digest credentials. */
  constructor(scenario: Scenario, seed: number, hashText?: HashText) {
    this.scenario = scenario;
    this.#seed = seed;
    this.#hashText = hashText;
    const looks = scenario.cookies || scenario.digest !== undefined;
    this.requests = scenario.requests.map((plan, i) => prepare(plan, i, looks));
    let sum = 0;
    this.#upTo = scenario.flows.map(({ weight }) => (sum += weight));
  }

  /** What was looked for in all answers so far. */
  get checks(): readonly CheckCount[] {
    return this.requests.flatMap(({ checks, extract }) => [...checks, ...extract].map(({ count }) => count));
  }

  draw(arrival: number, purpose: keyof typeof salts, more = 0): number {
    return drawn(this.#seed, arrival, salts[purpose] + 16 * more);
  }

  flowOf(arrival: number): Flow {
    const { flows } = this.scenario;
    const [only] = flows;
    if (only === undefined) throw new RangeError("a scenario has at least one flow");
    if (flows.length === 1) return only;
    const at = (this.draw(arrival, "flow") / 2 ** 32) * (this.#upTo.at(-1) ?? 0);
    return flows[this.#upTo.findIndex((upTo) => at < upTo)] ?? only;
  }

  /** The request that an arrival begins with. */
  firstOf(arrival: number): number {
    return this.flowOf(arrival).steps[0] ?? 0;
  }

  rowOf(arrival: number): readonly string[] {
    const { rows } = this.scenario;
    if (rows === undefined) return [];
    const at = rows.order === "random" ? this.draw(arrival, "row") : arrival;
    return rows.values[at % rows.values.length] ?? [];
  }

  /** A standing of its own for each connection; none where no credentials are to be shown. */
  digestSession(): DigestSession | undefined {
    const { digest } = this.scenario;
    return digest === undefined || this.#hashText === undefined ? undefined : new DigestSession(digest, this.#hashText);
  }

  traffic(): Traffic {
    return new Visitor(this);
  }
}

/** One connection's way through the scenario. */
class Visitor implements Traffic, Values {
  readonly #script: Script;
  readonly #jar: CookieJar | undefined;
  readonly #digest: DigestSession | undefined;
  /** The last answer was a challenge: its request is sent once more. */
  #challenged = false;
  readonly #variables = new Map<string, string>();
  #flow: Flow = { weight: 0, steps: [] };
  #step = 0;
  #over = true;
  #uuids = 0;
  arrival = 0;
  row: readonly string[] = [];

  constructor(script: Script) {
    this.#script = script;
    this.#jar = script.scenario.cookies ? new CookieJar(script.scenario.secure) : undefined;
    this.#digest = script.digestSession();
  }

  variable(name: string): string | undefined {
    return this.#variables.get(name);
  }

  uuid(): string {
    const draw = (more: number): string =>
      this.#script
        .draw(this.arrival, "uuid", this.#uuids * 4 + more)
        .toString(16)
        .padStart(8, "0");
    const hex = [0, 1, 2, 3].map(draw).join("");
    this.#uuids++;
    const variant = "89ab"[Number.parseInt(hex[16] ?? "0", 16) & 3] ?? "8";
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  begin(arrival: number): Outgoing {
    this.arrival = arrival;
    this.row = this.#script.rowOf(arrival);
    this.#flow = this.#script.flowOf(arrival);
    this.#step = 0;
    this.#uuids = 0;
    this.#over = false;
    this.#challenged = false;
    this.#variables.clear();
    return this.#make();
  }

  get #request(): number {
    return this.#flow.steps[this.#step] ?? 0;
  }

  #prepared(): Prepared {
    const prepared = this.#script.requests[this.#request];
    if (prepared === undefined) throw new RangeError("a flow names a request that is not there");
    return prepared;
  }

  #make(): Outgoing {
    const { plan, fixed, keeps } = this.#prepared();
    const own = this.#jar === undefined && this.#digest === undefined ? none : this.#ownHeaders(plan);
    return fixed !== undefined && own.length === 0 ? fixed : made(this.#request, plan, keeps, own, this);
  }

  /** What this connection alone sends: its cookies, and its answer to a challenge. */
  #ownHeaders({ method, path }: RequestPlan): readonly Header[] {
    const uri = fill(path, this) ?? "/";
    const cookie = this.#jar?.header(uri) ?? "";
    const nonce = this.#script.draw(this.arrival, "nonce", this.#step).toString(16).padStart(8, "0");
    const authorization = this.#digest?.header(method, uri, nonce);
    return [
      ...(cookie === "" ? [] : [["Cookie", cookie] as const]),
      ...(authorization === undefined ? [] : [["Authorization", authorization] as const]),
    ];
  }

  judge(status: number, answer: () => Answer, counts: boolean): boolean {
    const { plan, keeps, checks, extract } = this.#prepared();
    let right = plan.expected[status] === true;
    if (keeps) {
      const seen = new Seen(answer());
      this.#keepCookies(seen);
      this.#challenged = status === 401 && this.#digest?.challenged(seen.all("www-authenticate")) === true;
      // A challenge is no answer yet, and none that is wrong.
      if (this.#challenged) return true;
      // An error page breaks no promise about the body of a right answer: its status is what is wrong with it.
      if (right) {
        for (const { judge, count } of checks) right = note(counts ? count : undefined, judge(seen)) && right;
        for (const one of extract) right = note(counts ? one.count : undefined, this.#extract(one, seen)) && right;
      }
    }
    this.#over = !right;
    return right;
  }

  /** Why nothing was found; undefined when the value was. */
  #extract({ variable, find }: Prepared["extract"][number], seen: Seen): string | undefined {
    const value = find(seen);
    if (value === undefined) return seen.problem ?? "it was not found";
    this.#variables.set(variable, value);
    return undefined;
  }

  #keepCookies(seen: Seen): void {
    if (this.#jar === undefined) return;
    const path = fill(this.#prepared().plan.path, this) ?? "/";
    for (const [name, value] of seen.answer.headers) {
      if (name.toLowerCase() === "set-cookie") this.#jar.set(value, path, seen.header("date"));
    }
  }

  fail(): void {
    this.#challenged = false;
    this.#over = true;
  }

  next(): Outgoing | undefined {
    if (this.#challenged) {
      this.#challenged = false;
      return this.#make();
    }
    if (this.#over || this.#step + 1 >= this.#flow.steps.length) return undefined;
    this.#step++;
    return this.#make();
  }
}
