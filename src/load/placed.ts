// A value of a document that knows where it stands, read strictly: what is unknown, missing or of another kind is a Fault at its line.
import { Fault } from "../kernel/fault.ts";
import type { Location } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import { isObject, own, pointer } from "../kernel/json.ts";
import { listed, nearest } from "../kernel/words.ts";

export type Place = (pointer: string) => Location;

export class Placed {
  readonly value: unknown;
  readonly #path: readonly (string | number)[];
  readonly #place: Place;

  constructor(value: unknown, place: Place, path: readonly (string | number)[] = []) {
    this.value = value;
    this.#place = place;
    this.#path = path;
  }

  /** `requests[2].expect`, as a person would say it; empty for the whole document. */
  get name(): string {
    return this.#path.map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`)).join("");
  }

  fault(message: string, help?: string): Fault {
    const at = this.#place(pointer(this.#path));
    const where = this.name === "" ? "" : `${this.name}: `;
    return new Fault("input.invalid", `${where}${message}`, { at, ...(help === undefined ? {} : { help }) });
  }

  #child(key: string | number, value: unknown): Placed {
    return new Placed(value, this.#place, [...this.#path, key]);
  }

  /** Refuses keys that are not among these. */
  object(keys: readonly string[]): this {
    if (!isObject(this.value)) throw this.fault(`expected a mapping with ${listed(keys, "or")}`);
    for (const key of Object.keys(this.value)) {
      if (keys.includes(key)) continue;
      const near = nearest(key, keys);
      throw this.#child(key, undefined).fault(
        near === undefined ? `unknown key; known are ${keys.join(", ")}` : `unknown key; did you mean ${near}?`,
      );
    }
    return this;
  }

  /** Of a mapping; undefined where it is absent or null. */
  get(key: string): Placed | undefined {
    const value = isObject(this.value) ? own(this.value, key) : undefined;
    return value === undefined || value === null ? undefined : this.#child(key, value);
  }

  entries(): readonly (readonly [string, Placed])[] {
    if (!isObject(this.value)) throw this.fault("expected a mapping");
    return Object.entries(this.value).map(([key, value]) => [key, this.#child(key, value)]);
  }

  list(): readonly Placed[] {
    if (!Array.isArray(this.value)) throw this.fault("expected a list");
    return this.value.map((item: unknown, i) => this.#child(i, item));
  }

  /** A list, or a single value in place of one. */
  many(): readonly Placed[] {
    return Array.isArray(this.value) ? this.list() : [this];
  }

  /** Numbers and truth values are taken as they are written. */
  text(): string {
    const { value } = this;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.fault("expected a text");
  }

  number(least: number): number {
    if (typeof this.value !== "number" || !(this.value >= least))
      throw this.fault(`expected a number of at least ${least}`);
    return this.value;
  }

  truth(): boolean {
    if (typeof this.value !== "boolean") throw this.fault("expected true or false");
    return this.value;
  }

  one<const Choice extends string>(choices: readonly Choice[]): Choice {
    const found = choices.find((choice) => choice === this.value);
    if (found === undefined) throw this.fault(`expected ${listed(choices, "or")}`);
    return found;
  }

  /** The document was JSON or YAML: whatever stands in it is JSON, but for dates and numbers that are none. */
  json(): Json {
    try {
      return JSON.parse(JSON.stringify(this.value)) as Json;
    } catch {
      throw this.fault("expected a value that JSON can hold");
    }
  }
}
