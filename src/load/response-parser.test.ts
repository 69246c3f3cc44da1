import { describe, expect, test } from "bun:test";
import type { ParseResult, ResponseLimits } from "./response-parser.ts";
import { ResponseParser } from "./response-parser.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

interface Seen {
  readonly result: ParseResult;
  readonly status: number;
  readonly bodyBytes: number;
  readonly keepAlive: boolean;
}

interface Options {
  readonly method?: string;
  readonly limits?: ResponseLimits;
  /** The peer closes after the last byte. */
  readonly closes?: boolean;
}

/** Feeds the parts one after the other, stopping at the first that ends the response. */
const parse = (parts: readonly Uint8Array[], { method = "GET", limits, closes = false }: Options = {}): Seen => {
  const parser = new ResponseParser(method, limits);
  parser.begin();
  let result: ParseResult = "more";
  for (const part of parts) {
    result = parser.feed(part);
    if (result !== "more") break;
  }
  if (result === "more" && closes) result = parser.close();
  return { result, status: parser.status, bodyBytes: parser.bodyBytes, keepAlive: parser.keepAlive };
};

const read = (text: string, options: Options = {}): Seen => parse([latin1(text)], options);

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

interface Case {
  readonly text: string;
  readonly status: number;
  readonly bodyBytes: number;
  readonly keepAlive: boolean;
  readonly options?: Options;
}

const answers: Readonly<Record<string, Case>> = {
  "known length": {
    text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    status: 200,
    bodyBytes: 5,
    keepAlive: true,
  },
  "no body": { text: "HTTP/1.1 404 Not Found\r\ncontent-length:0\r\n\r\n", status: 404, bodyBytes: 0, keepAlive: true },
  "no reason": { text: "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", status: 200, bodyBytes: 1, keepAlive: true },
  "binary reason and value": {
    text: "HTTP/1.1 200 Gr\u00fc\u00df\r\nX: \u00ff\t\u0080\r\nContent-Length: 1\r\n\r\n\n",
    status: 200,
    bodyBytes: 1,
    keepAlive: true,
  },
  "the same length twice": {
    text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length:  2 \r\n\r\nok",
    status: 200,
    bodyBytes: 2,
    keepAlive: true,
  },
  chunks: {
    text: `${chunked}5\r\nhello\r\n6;name="v"\r\n world\r\n0\r\n\r\n`,
    status: 200,
    bodyBytes: 11,
    keepAlive: true,
  },
  "chunks, upper-case hex, leading zeros": {
    text: `${chunked}00A\r\n0123456789\r\n000\r\n\r\n`,
    status: 200,
    bodyBytes: 10,
    keepAlive: true,
  },
  trailers: {
    text: `${chunked}2\r\nok\r\n0\r\nX-Checksum: 1\r\nExpires: never\r\n\r\n`,
    status: 200,
    bodyBytes: 2,
    keepAlive: true,
  },
  "a body that looks like a response": {
    text: "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\nHTTP/1.1 500 No\r\n\r\n",
    status: 200,
    bodyBytes: 19,
    keepAlive: true,
  },
  "interim responses first": {
    text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok",
    status: 201,
    bodyBytes: 2,
    keepAlive: true,
  },
  "204 with a length": {
    text: "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n",
    status: 204,
    bodyBytes: 0,
    keepAlive: true,
  },
  "304 with a length": {
    text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    status: 304,
    bodyBytes: 0,
    keepAlive: true,
  },
  "HEAD with a length": {
    text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    status: 200,
    bodyBytes: 0,
    keepAlive: true,
    options: { method: "HEAD" },
  },
  "HEAD with chunks declared": {
    text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    status: 200,
    bodyBytes: 0,
    keepAlive: true,
    options: { method: "HEAD" },
  },
  "connection: close": {
    text: "HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 2\r\n\r\nok",
    status: 200,
    bodyBytes: 2,
    keepAlive: false,
  },
  "until the connection ends": {
    text: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nas long as it takes",
    status: 200,
    bodyBytes: 19,
    keepAlive: false,
    options: { closes: true },
  },
  "a coding that is not chunked": {
    text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nbytes",
    status: 200,
    bodyBytes: 5,
    keepAlive: false,
    options: { closes: true },
  },
  "gzip, then chunked": {
    text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    status: 200,
    bodyBytes: 1,
    keepAlive: true,
  },
  "HTTP/1.0": { text: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", status: 200, bodyBytes: 2, keepAlive: false },
  "HTTP/1.0 kept alive": {
    text: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok",
    status: 200,
    bodyBytes: 2,
    keepAlive: true,
  },
  "HTTP/1.0 until the end": {
    text: "HTTP/1.0 200 OK\r\n\r\nbody",
    status: 200,
    bodyBytes: 4,
    keepAlive: false,
    options: { closes: true },
  },
};

const expected = ({ status, bodyBytes, keepAlive }: Case): Seen => ({ result: "done", status, bodyBytes, keepAlive });

/** A small generator with a fixed seed: the same cuts in every run. */
const randomFrom = (seed: number) => (below: number) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};

const cut = (bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] => {
  const edges = [0, ...places.toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
};

describe("a complete response", () => {
  for (const [name, one] of Object.entries(answers)) {
    test(`${name}: whole, byte by byte, at every single cut, and at random cuts`, () => {
      const bytes = latin1(one.text);
      const options = one.options ?? {};
      expect(parse([bytes], options)).toEqual(expected(one));
      expect(
        parse(
          Array.from(bytes, (byte) => Uint8Array.of(byte)),
          options,
        ),
      ).toEqual(expected(one));
      for (let place = 0; place <= bytes.length; place++) {
        expect(parse(cut(bytes, [place]), options)).toEqual(expected(one));
      }
      const random = randomFrom(11);
      for (let round = 0; round < 200; round++) {
        const places = Array.from({ length: 1 + random(6) }, () => random(bytes.length + 1));
        expect(parse(cut(bytes, places), options)).toEqual(expected(one));
      }
    });
  }

  test("one parser reads responses one after the other, the same and others, however they are cut", () => {
    const parser = new ResponseParser("GET");
    const order = Object.values(answers).filter(({ options }) => options === undefined);
    const random = randomFrom(5);
    for (let round = 0; round < 3000; round++) {
      const one = order[random(order.length)]!;
      for (let again = random(3); again >= 0; again--) {
        const bytes = latin1(one.text);
        const places = random(2) === 0 ? [] : [random(bytes.length + 1), random(bytes.length + 1)];
        parser.begin();
        const results = cut(bytes, places).map((part) => (part.length === 0 ? undefined : parser.feed(part)));
        expect(results.findLast((result) => result !== undefined)).toBe("done");
        expect([parser.status, parser.bodyBytes, parser.keepAlive]).toEqual([one.status, one.bodyBytes, one.keepAlive]);
      }
    }
  });

  test("a head that equals the last one does not hide a broken body, a shorter head or another end", () => {
    const parser = new ResponseParser("GET");
    const feed = (text: string): ParseResult => {
      parser.begin();
      return parser.feed(latin1(text));
    };
    expect(feed(`${chunked}2\r\nok\r\n0\r\n\r\n`)).toBe("done");
    expect(feed(`${chunked}2\r\nok\r\n0\r\n\r\n`)).toBe("done");
    expect(feed(`${chunked}x\r\n`)).toBe("malformed");
    expect(feed(`${chunked}2\r\nok\r\n0\r\n\r\n`)).toBe("done");
    expect(feed(chunked.slice(0, 20))).toBe("more");
    expect(parser.close()).toBe("more");
    expect(feed(`${chunked}2\r\nok\r\n0\r\n\r\nsurplus`)).toBe("surplus");
    const twoLengths = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (let again = 0; again < 3; again++) expect(feed(twoLengths)).toBe("malformed");
  });
});

describe("what is not a response is malformed, wherever it is cut", () => {
  const wrong: Readonly<Record<string, string>> = {
    garbage: "SSH-2.0-OpenSSH_9.2\r\n",
    "garbage without a line end": "\u0016\u0003\u0001\u0002\u0000",
    "another version": "HTTP/2.0 200 OK\r\n\r\n",
    "a version without a dot": "HTTP/11 200 OK\r\n\r\n",
    "a short status": "HTTP/1.1 20 OK\r\n\r\n",
    "a status of letters": "HTTP/1.1 2xx OK\r\n\r\n",
    "a status of four digits": "HTTP/1.1 2000 OK\r\n\r\n",
    "a status below 100": "HTTP/1.1 099 No\r\n\r\n",
    "an empty line first": "\r\nHTTP/1.1 200 OK\r\n\r\n",
    "LF alone": "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "CR in a value": "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n",
    "NUL in a value": "HTTP/1.1 200 OK\r\nX: a\u0000b\r\n\r\n",
    "a header without a colon": "HTTP/1.1 200 OK\r\nX\r\n\r\n",
    "a header without a name": "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
    "a blank before the colon": "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
    "a folded header": "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
    "two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "a list of lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
    "a negative length": "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
    "a signed length": "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
    "a hexadecimal length": "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
    "an endless length": `HTTP/1.1 200 OK\r\nContent-Length: ${"9".repeat(30)}\r\n\r\nok`,
    "no length at all in its header": "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nok",
    "length and chunks": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    "chunked twice": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "something after chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "chunks from HTTP/1.0": "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a size that is no number": `${chunked}xyz\r\nhello\r\n0\r\n\r\n`,
    "an empty size": `${chunked}\r\nhello\r\n`,
    "a negative size": `${chunked}-1\r\nhello\r\n`,
    "a size beyond counting": `${chunked}${"f".repeat(14)}\r\nhello`,
    "text after a size": `${chunked}5 hello\r\nhello\r\n`,
    "a chunk longer than its size": `${chunked}2\r\nhello\r\n0\r\n\r\n`,
    "a trailer without a colon": `${chunked}0\r\ntrailer\r\n\r\n`,
    "a switch of protocols": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
  };
  for (const [name, text] of Object.entries(wrong)) {
    test(name, () => {
      const bytes = latin1(text);
      expect(parse([bytes]).result).toBe("malformed");
      for (let place = 0; place <= bytes.length; place++) expect(parse(cut(bytes, [place])).result).toBe("malformed");
      expect(parse(Array.from(bytes, (byte) => Uint8Array.of(byte))).result).toBe("malformed");
    });
  }
});

test("a response cut off anywhere is never taken for a whole one", () => {
  for (const { text, options } of Object.values(answers)) {
    const bytes = latin1(text);
    const untilClose = options?.closes === true;
    const whole = untilClose ? text.indexOf("\r\n\r\n") + 4 : bytes.length;
    for (let length = 0; length < whole; length++) {
      expect(parse([bytes.subarray(0, length)], { ...options, closes: true }).result).toBe("more");
    }
  }
});

test("bytes after a complete response are surplus, at once or later", () => {
  expect(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!").result).toBe("surplus");
  expect(read(`${chunked}0\r\n\r\nHTTP/1.1 200 OK\r\n`).result).toBe("surplus");
  expect(read("HTTP/1.1 204 No Content\r\n\r\nbody").result).toBe("surplus");
  const parser = new ResponseParser("GET");
  parser.begin();
  expect(parser.feed(latin1("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))).toBe("done");
  expect(parser.feed(latin1("more"))).toBe("surplus");
});

describe("limits", () => {
  const limits = { headBytes: 200, bodyBytes: 1000 };
  const pad = (count: number) => "x".repeat(count);

  test("a head, interim responses included, may not exceed its limit", () => {
    expect(read(`HTTP/1.1 200 OK\r\nX: ${pad(300)}\r\n\r\n`, { limits }).result).toBe("too-large");
    expect(read(`HTTP/1.1 200 OK\r\nX: ${pad(300)}`, { limits }).result).toBe("too-large");
    expect(read("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(20), { limits }).result).toBe("too-large");
  });

  test("a long value of a header that is read in full", () => {
    const long = `HTTP/1.1 200 OK\r\nConnection: ${"a, ".repeat(80_000)}close\r\nContent-Length: 0\r\n\r\n`;
    expect(read(long)).toMatchObject({ result: "done", keepAlive: false });
  });

  test("a body may not exceed its limit, however it is framed", () => {
    expect(read(`HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n${pad(1001)}`, { limits }).result).toBe("too-large");
    expect(read(`HTTP/1.1 200 OK\r\n\r\n${pad(1001)}`, { limits }).result).toBe("too-large");
    expect(read(chunked + `64\r\n${pad(100)}\r\n`.repeat(11), { limits }).result).toBe("too-large");
  });

  test("many small chunks are no large head; long chunk extensions and trailers are", () => {
    expect(read(`${chunked}${"1\r\nx\r\n".repeat(900)}0\r\n\r\n`, { limits }).result).toBe("done");
    expect(read(`${chunked}${`1;${pad(60)}\r\nx\r\n`.repeat(9)}0\r\n\r\n`, { limits }).result).toBe("too-large");
    expect(read(`${chunked}0\r\n${`X: ${pad(50)}\r\n`.repeat(9)}\r\n`, { limits }).result).toBe("too-large");
  });
});
