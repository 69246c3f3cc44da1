// A queue of at most so many items, first in first out, that moves nothing and allocates nothing once it is made.

export class Fifo<Item> {
  readonly #items: (Item | undefined)[];
  #first = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#items = Array.from({ length: capacity }, () => undefined);
  }

  get size(): number {
    return this.#size;
  }

  push(item: Item): void {
    if (this.#size === this.#items.length) throw new RangeError("the queue is full");
    this.#items[(this.#first + this.#size++) % this.#items.length] = item;
  }

  shift(): Item | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#items.length;
    this.#size--;
    return item;
  }
}
