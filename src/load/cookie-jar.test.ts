import { expect, test } from "bun:test";
import { CookieJar } from "./cookie-jar.ts";

test("cookies go back where their path fits, longer paths first, the newest of a name only", () => {
  const jar = new CookieJar(false);
  jar.set("a=1; Path=/", "/x");
  jar.set("b=2; Path=/shop; HttpOnly", "/x");
  jar.set("c=3", "/shop/cart/new");
  jar.set("a=4; path=/", "/y");
  expect(jar.header("/shop/cart?x=1")).toBe("c=3; b=2; a=4");
  expect(jar.header("/shopping")).toBe("a=4");
  expect(jar.get("b")).toBe("2");
});

test("secure ones need TLS", () => {
  const [plain, secure] = [new CookieJar(false), new CookieJar(true)];
  for (const jar of [plain, secure]) jar.set("s=1; Secure; Path=/", "/");
  expect([plain.header("/"), secure.header("/")]).toEqual(["", "s=1"]);
});

test("they end by Max-Age, or by Expires against the answer's Date", () => {
  const jar = new CookieJar(false);
  const ends = [
    "Max-Age=0",
    "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "Max-Age=-5; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
  ];
  for (const end of ends) {
    jar.set("a=1; Path=/", "/");
    jar.set(`a=; Path=/; ${end}`, "/", "Sat, 21 Nov 2026 10:00:00 GMT");
    expect([end, jar.header("/")]).toEqual([end, ""]);
  }
  jar.set("a=1; Path=/; Expires=Sat, 21 Nov 2026 11:00:00 GMT", "/", "Sat, 21 Nov 2026 10:00:00 GMT");
  jar.set("=x", "/");
  jar.set("noequals", "/");
  expect(jar.header("/")).toBe("a=1");
});
