import { expect, test } from "bun:test";
import { garbageText } from "./garbage.ts";

test("other protocols are named", () => {
  expect(garbageText(Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70))).toContain("https://");
  expect(garbageText(Uint8Array.of(0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 3))).toContain("HTTP/2");
});

test("anything else is quoted, in short", () => {
  expect(garbageText(new TextEncoder().encode("SSH-2.0-OpenSSH\r\n"))).toBe(
    String.raw`it begins "SSH-2.0-OpenSSH\r\n"`,
  );
  expect(garbageText(new Uint8Array(5000).fill(65))).toHaveLength(52);
});
