// Express 5: how its routes, its edge and its server look; everything else comes from the kit.
import type { ApiPlan, EmitKit, FrameworkPlugin, Plugin, ServedRoute } from "../src/sdk.ts";
import handleText from "./express/handle.ts.txt" with { type: "text" };
import serverText from "./express/server.ts.txt" with { type: "text" };

/** Methods that both Express and the oldest supported Node know. */
const verbs = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

const routeCode = ({ named, pattern, allow, operations }: ServedRoute, kit: EmitKit): string => {
  const path = named === undefined ? kit.code.call("new RegExp", [kit.literal(pattern)]) : kit.literal(named);
  const answers = operations.map(({ method, parts, names, variables }) => {
    const isNamed = named !== undefined || variables.length === 0;
    const handler = kit.code.call("handle", isNamed ? parts : [...parts, names]);
    return verbs.includes(method)
      ? kit.code.call(`.${method.toLowerCase()}`, [handler])
      : kit.code.call(".all", [kit.code.call("onlyFor", [kit.literal(method), handler])]);
  });
  const rest = kit.code.call(".all", [kit.code.call("allow", [kit.literal(allow)])]);
  return `${kit.code.statement(1, kit.code.callLines(kit.code.call("route", [path]), [...answers, rest]))}\n`;
};

const routesText = (plan: ApiPlan, kit: EmitKit): string => {
  const own = ["allow", "handle", "handling", "onlyFor", "options", "route", "router", "Router"];
  const { imports, routes } = kit.routeTable(plan, own);
  const code = routes.map((route) => routeCode(route, kit));
  const used = ["allow", "handling", ...(code.join("").includes("onlyFor(") ? ["onlyFor"] : [])];
  const isEmpty = routes.length === 0;
  return [
    "// Every route, the most specific first.",
    'import { Router } from "express";',
    ...(isEmpty ? [] : [`import { ${used.join(", ")} } from "../middleware/handle.js";`]),
    'import type { Options } from "../middleware/operation.js";',
    ...imports,
    "",
    `export const createRouter = (${isEmpty ? "_options" : "options"}: Options): Router => {`,
    ...(isEmpty ? [] : ["  const handle = handling(options);"]),
    "  const router = Router({ caseSensitive: true, strict: true });",
    // Without its own idea of the variables of each path: they are read and typed elsewhere.
    ...(isEmpty ? [] : ["  const route = (path: string | RegExp) => router.route(path);"]),
    "",
    ...code,
    "  return router;",
    "};",
    "",
  ].join("\n");
};

const appText = (plan: ApiPlan, kit: EmitKit): string => {
  const { title, imports, parameter, options } = kit.appParts(plan);
  return [
    title,
    'import express from "express";',
    'import type { Express } from "express";',
    'import { arrivals, errors, nothingHere } from "./middleware/handle.js";',
    ...imports,
    'import { createRouter } from "./routes/index.js";',
    "",
    "/** The service, ready to listen. */",
    `export const createApp = (${parameter}): Express => {`,
    "  const app = express();",
    '  app.disable("x-powered-by");',
    `  app.use(arrivals(${kit.literal(plan.basePath)}));`,
    `  app.use(createRouter(${options}));`,
    "  app.use(nothingHere);",
    "  app.use(errors);",
    "  return app;",
    "};",
    "",
  ].join("\n");
};

export const express: FrameworkPlugin = {
  kind: "framework",
  name: "express",
  about: "Express 5 with Zod 4 validation",
  packages: { express: "^5.1.0", zod: "^4.1.0", "@types/express": "^5.0.0", "@types/node": ">=20" },
  emit: (api, kit) => {
    const plan = kit.plan(api);
    const texts = { app: appText(plan, kit), server: serverText, handle: handleText, routes: routesText(plan, kit) };
    return kit.serviceFiles(plan, texts);
  },
};

const plugin: Plugin = { sdk: 1, name: "express", provides: [express] };
export default plugin;
