// The one list of what is bundled, and the registry that it makes together with the plugins a call names.
import express from "../plugins/express.ts";
import fastify from "../plugins/fastify.ts";
import koa from "../plugins/koa.ts";
import type { Config } from "./cli/config.ts";
import { references } from "./cli/references.ts";
import type { Io } from "./io/io.ts";
import { loadPlugin } from "./io/plugins/load.ts";
import { requireTrust } from "./io/plugins/trust.ts";
import type { Registry } from "./registry.ts";
import { joinPath } from "./kernel/paths.ts";
import { mergePlugins } from "./registry.ts";
import { reporters } from "./report/index.ts";
import type { Plugin } from "./sdk.ts";

/** Every bundled plugin, one line each. */
const bundled: readonly Plugin[] = [
  { sdk: 1, name: "senior", provides: [...reporters, ...references] },
  express,
  fastify,
  koa,
];

/** Plugins that configuration lists: a user's own are loaded as they are, a project's only once they are trusted. */
const configured = async (io: Io, configs: readonly Config[]): Promise<readonly string[]> => {
  const listed = configs.flatMap((config) =>
    config.plugins.flatMap(({ values, at }) =>
      values.map((value) => ({ path: joinPath(config.folder, value), config, at })),
    ),
  );
  for (const { path, config, at } of listed) if (config.owner === "project") await requireTrust(io, path, at);
  return listed.map(({ path }) => path);
};

/** Bundled plugins, then configured ones, then those named by `--plugin`. */
export const loadRegistry = async (io: Io, named: readonly string[], configs: readonly Config[]): Promise<Registry> => {
  const paths = [...(await configured(io, configs)), ...named.map((path) => joinPath(io.cwd, path))];
  const plugins = await Promise.all(paths.map((path) => loadPlugin(path, io.terminal)));
  return mergePlugins([...bundled, ...plugins]);
};
