import { expect, test } from "bun:test";
import { Fifo } from "./fifo.ts";

test("items come out in the order they went in, around the end and back", () => {
  const fifo = new Fifo<number>(3);
  const out: (number | undefined)[] = [];
  for (let i = 0; i < 10; i++) {
    fifo.push(i);
    fifo.push(i + 100);
    out.push(fifo.shift(), fifo.shift());
  }
  expect(out).toEqual(Array.from({ length: 10 }, (_, i) => [i, i + 100]).flat());
  expect([fifo.size, fifo.shift()]).toEqual([0, undefined]);
});

test("it holds no more than it was made for", () => {
  const fifo = new Fifo<string>(1);
  fifo.push("a");
  expect(() => fifo.push("b")).toThrow(RangeError);
});
