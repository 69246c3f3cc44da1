import { describe, expect, test } from "bun:test";
import { Fault } from "../../kernel/fault.ts";
import { readTarget } from "../../load/target.ts";
import { behaviours, faultServer } from "../../testing/fault-server.ts";
import type { Route } from "./reach.ts";
import { reach } from "./reach.ts";

const route: Route = { tls: { verify: true }, resolutions: [] };
const going = new AbortController().signal;

const faultOf = async (promise: Promise<unknown>): Promise<Fault> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("no fault");
};

test("an address is reached as it is", async () => {
  using server = faultServer(behaviours.ok);
  const { endpoint, addresses } = await reach(readTarget(server.url), route, going);
  expect(endpoint).toEqual({ address: "127.0.0.1", port: server.port });
  expect(addresses).toEqual(["127.0.0.1"]);
});

test("a name is reached at the first of its addresses that accepts a connection", async () => {
  using server = faultServer(behaviours.ok);
  const { endpoint, addresses } = await reach(readTarget(`http://localhost:${server.port}`), route, going);
  expect(endpoint.address).toBe("127.0.0.1");
  expect(addresses).toContain("127.0.0.1");
});

describe("what cannot be reached says why", () => {
  test("nothing listens", async () => {
    const server = faultServer(behaviours.ok);
    server.stop();
    const fault = await faultOf(reach(readTarget(server.url), route, going));
    expect(fault).toMatchObject({ code: "world.network", exit: 4 });
    expect(fault.message).toContain("refused");
  });

  test("the name does not exist", async () => {
    const fault = await faultOf(reach(readTarget("http://no-such-name.invalid/"), route, going));
    expect(fault.message).toBe("the name no-such-name.invalid does not resolve (ENOTFOUND)");
  });
});

test("an interrupt ends resolving and probing at once", async () => {
  const stopped = AbortSignal.abort();
  const target = readTarget("http://no-such-name.invalid/");
  expect((await reach(target, route, stopped)).endpoint).toEqual({ address: "no-such-name.invalid", port: 80 });
});
