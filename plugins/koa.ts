// Koa 3 with @koa/router: how its routes, its edge and its server look; everything else comes from the kit.
import type { ApiPlan, EmitKit, FrameworkPlugin, Plugin, ServedRoute } from "../src/sdk.ts";
import handleText from "./koa/handle.ts.txt" with { type: "text" };
import serverText from "./koa/server.ts.txt" with { type: "text" };

/** Methods that both the router and the oldest supported Node know. */
const verbs = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

const routeCode = ({ named, pattern, allow, operations }: ServedRoute, kit: EmitKit): string => {
  const path = named === undefined ? kit.code.call("new RegExp", [kit.literal(pattern)]) : kit.literal(named);
  // The router's get() answers HEAD as well: an operation of its own comes first.
  const sorted = operations.toSorted((a, b) => Number(b.method === "HEAD") - Number(a.method === "HEAD"));
  const answers = sorted.map(({ method, parts, names, variables }) => {
    const handler = kit.code.call("handle", named !== undefined || variables.length === 0 ? parts : [...parts, names]);
    return verbs.includes(method)
      ? kit.code.call(`.${method.toLowerCase()}`, [path, handler])
      : kit.code.call(".all", [path, kit.code.call("onlyFor", [kit.literal(method), handler])]);
  });
  const rest = kit.code.call(".all", [path, kit.code.call("allow", [kit.literal(allow)])]);
  return `${kit.code.statement(1, kit.code.callLines("router", [...answers, rest]))}\n`;
};

const routesText = (plan: ApiPlan, kit: EmitKit): string => {
  const own = ["allow", "handle", "handling", "onlyFor", "options", "router", "Router"];
  const { imports, routes } = kit.routeTable(plan, own);
  const code = routes.map((route) => routeCode(route, kit));
  const used = ["allow", "handling", ...(code.join("").includes("onlyFor(") ? ["onlyFor"] : [])];
  const isEmpty = routes.length === 0;
  return [
    "// Every route, the most specific first.",
    'import Router from "@koa/router";',
    ...(isEmpty ? [] : [`import { ${used.join(", ")} } from "../middleware/handle.js";`]),
    'import type { Options } from "../middleware/operation.js";',
    ...imports,
    "",
    `export const createRouter = (${isEmpty ? "_options" : "options"}: Options): Router => {`,
    ...(isEmpty ? [] : ["  const handle = handling(options);"]),
    "  const router = new Router({ sensitive: true, strict: true });",
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
    'import Koa from "koa";',
    'import { arrivals, nothingHere, unanswered } from "./middleware/handle.js";',
    ...imports,
    'import { createRouter } from "./routes/index.js";',
    "",
    "/** The service, ready to listen. */",
    `export const createApp = (${parameter}): Koa => {`,
    "  const app = new Koa();",
    `  app.use(arrivals(${kit.literal(plan.basePath)}));`,
    `  app.use(createRouter(${options}).routes());`,
    "  app.use(nothingHere);",
    '  app.on("error", unanswered);',
    "  return app;",
    "};",
    "",
  ].join("\n");
};

export const koa: FrameworkPlugin = {
  kind: "framework",
  name: "koa",
  about: "Koa 3 with @koa/router and Zod 4 validation",
  packages: { koa: "^3.0.0", "@koa/router": "^15.0.0", zod: "^4.1.0", "@types/koa": "^3.0.0", "@types/node": ">=20" },
  emit: (api, kit) => {
    const plan = kit.plan(api);
    const texts = { app: appText(plan, kit), server: serverText, handle: handleText, routes: routesText(plan, kit) };
    return kit.serviceFiles(plan, texts);
  },
};

const plugin: Plugin = { sdk: 1, name: "koa", provides: [koa] };
export default plugin;
