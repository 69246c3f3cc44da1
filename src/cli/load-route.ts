// How the target of `senior load` is reached: certificates from files, names led elsewhere, a Unix socket.
import type { Io } from "../io/io.ts";
import type { Route } from "../io/load/reach.ts";
import { Fault } from "../kernel/fault.ts";
import { readResolution } from "../load/resolution.ts";
import { refuseMetadata } from "../load/target.ts";
import type { LoadArgs } from "./load-flags.ts";

type Asked = Pick<LoadArgs, "cacert" | "cert" | "key" | "verifySsl" | "resolve" | "unixSocket" | "proxy">;

/** A PEM file that must hold what its flag asks for: told here, not by a handshake that fails. */
const readPem = async (io: Io, flag: string, path: string | undefined, block: RegExp): Promise<string | undefined> => {
  if (path === undefined) return undefined;
  const pem = await io.files.readText(path);
  if (block.test(pem)) return pem;
  throw new Fault(
    "input.invalid",
    `${flag} ${path} holds no ${flag === "--key" ? "private key" : "certificate"} in PEM`,
    {
      at: { kind: "file", path },
      help: "PEM is text between lines such as -----BEGIN CERTIFICATE-----",
    },
  );
};

const certificate = /-----BEGIN (TRUSTED )?CERTIFICATE-----/;
const privateKey = /-----BEGIN (\w+ )?PRIVATE KEY-----/;

/** Faults never repeat it: it may hold a password. */
const proxyOf = (proxy: string | undefined): string | undefined => {
  if (proxy === undefined) return undefined;
  const url = URL.parse(proxy);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new Fault("usage.bad-value", "--proxy is no URL of an HTTP proxy", {
      help: "give one such as http://127.0.0.1:8080",
    });
  }
  refuseMetadata(url.hostname.replace(/^\[|\]$/g, ""));
  return proxy;
};

export const readRoute = async (io: Io, asked: Asked): Promise<Route> => {
  const { cacert, cert, key, unixSocket } = asked;
  if (key !== undefined && cert === undefined) {
    throw new Fault("usage.bad-value", "--key was given without --cert", { help: "name the certificate with --cert" });
  }
  const ca = await readPem(io, "--cacert", cacert, certificate);
  const own = await readPem(io, "--cert", cert, certificate);
  const secret = await readPem(io, "--key", key ?? cert, privateKey);
  return {
    tls: {
      verify: asked.verifySsl,
      ...(ca === undefined ? {} : { ca }),
      ...(own === undefined ? {} : { cert: own }),
      ...(secret === undefined ? {} : { key: secret }),
    },
    resolutions: asked.resolve.map(readResolution),
    unixSocket,
    proxy: proxyOf(asked.proxy),
  };
};
