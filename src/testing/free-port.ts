// A port on 127.0.0.1 that nobody listens on.
import { createServer } from "node:net";

export const freePort = (): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    probe.close(() => resolve(port));
  });
  return promise;
};
