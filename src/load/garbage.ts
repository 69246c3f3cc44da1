// Says what an answer is that is not HTTP/1.x: most often another protocol on the same port.

interface Protocol {
  readonly text: string;
  matches(bytes: Uint8Array): boolean;
}

const protocols: readonly Protocol[] = [
  {
    // RFC 8446 section 5.1: a record of alerts.
    text: "the server speaks TLS there: use https://",
    matches: (bytes) => bytes[0] === 0x15 && bytes[1] === 3,
  },
  {
    // RFC 9113 section 3.4: a server begins with a SETTINGS frame on stream 0.
    text: "the server speaks only HTTP/2 there",
    matches: (bytes) => bytes.length >= 9 && bytes[0] === 0 && bytes[3] === 4 && bytes[5] === 0 && bytes[8] === 0,
  },
];

/** One sentence on what could not be read, from the bytes that came last. */
export const garbageText = (bytes: Uint8Array): string =>
  protocols.find((protocol) => protocol.matches(bytes))?.text ??
  `it begins ${JSON.stringify(new TextDecoder("latin1").decode(bytes.subarray(0, 40)))}`;
