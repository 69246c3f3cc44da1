// A scenario of one request: for a request that changes from one time to the next, or whose answers are looked into.
import type { WireRequest } from "./request.ts";
import type { Scenario } from "./scenario.ts";
import type { Target } from "./target.ts";

export const oneRequest = (
  target: Target,
  request: WireRequest,
  body: Uint8Array | undefined,
  expected: readonly boolean[],
  cookies: boolean,
): Scenario => ({
  requests: [
    {
      name: "",
      method: request.method,
      path: [target.path],
      shownPath: "",
      headers: request.headers.map(([name, value]) => ({ name, value: [value] })),
      body,
      expected,
      checks: [],
      extract: [],
    },
  ],
  flows: [{ weight: 1, steps: [0] }],
  cookies,
  secure: target.scheme === "https",
});
