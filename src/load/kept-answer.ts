// An answer that is looked into: its header lines and its body, up to a limit. Kept only where a request asks for it.

/** What a check or an extraction may look at. */
export interface Answer {
  readonly status: number;
  /** In order, names as they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Decoded as UTF-8; without chunk framing. */
  readonly body: string;
  /** The body was longer than what is kept. */
  readonly cut: boolean;
}

/** No more of a body is kept than this. */
export const keptBodyBytes = 1024 * 1024;

const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder();

export class KeptAnswer {
  #lines: string[] = [];
  #chunks: Uint8Array[] = [];
  #length = 0;
  #cut = false;

  /** Forgets the answer, or the interim one that came before it. */
  clear(): void {
    this.#lines = [];
    this.#chunks = [];
    this.#length = 0;
    this.#cut = false;
  }

  addLine(bytes: Uint8Array, start: number, end: number): void {
    this.#lines.push(latin1.decode(bytes.subarray(start, end)));
  }

  /** Copies: the bytes belong to the socket. */
  addBody(bytes: Uint8Array, start: number, end: number): void {
    const room = keptBodyBytes - this.#length;
    if (end - start > room) this.#cut = true;
    const taken = bytes.slice(start, Math.min(end, start + room));
    this.#length += taken.length;
    if (taken.length > 0) this.#chunks.push(taken);
  }

  answer(status: number): Answer {
    return {
      status,
      headers: this.#lines.map(pair),
      body: utf8.decode(joined(this.#chunks, this.#length)),
      cut: this.#cut,
    };
  }
}

const pair = (line: string): readonly [string, string] => {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")];
};

const joined = (chunks: readonly Uint8Array[], length: number): Uint8Array => {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
};
