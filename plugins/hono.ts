// Hono 4 on Node: a framework plugin as an organisation would write it. It is not bundled; `--plugin ./hono.ts` loads it.
import type { ApiPlan, EmitKit, FrameworkPlugin, Plugin, ServedRoute } from "../src/sdk.ts";
import handleText from "./hono/handle.ts.txt" with { type: "text" };
import serverText from "./hono/server.ts.txt" with { type: "text" };

/** Text that means itself to Hono's router, in the undecoded path. */
const isLiteral = (text: string): boolean => /^(?!:)[\w.~!$&'()+,;=:@-]*$/.test(text);

/** `/users/:v0`, variables by their position; undefined when only a regular expression can say it. */
const honoPath = ({ path }: ServedRoute): string | undefined => {
  const parts = path.segments.flat();
  if (!path.plain || !parts.every((part) => part.kind === "variable" || isLiteral(part.text))) return undefined;
  const segments = path.segments.map(([part], index) =>
    part === undefined ? "" : part.kind === "variable" ? `:v${index}` : part.text,
  );
  return `/${segments.join("/")}`;
};

const routeCode = (route: ServedRoute, kit: EmitKit): string => {
  const plain = honoPath(route);
  const path = plain === undefined ? kit.code.call("new RegExp", [kit.literal(route.pattern)]) : kit.literal(plain);
  const handlers = route.operations.map(({ method, parts, names, variables }) => {
    return [method, kit.code.call("handle", variables.length === 0 ? parts : [...parts, names])] as const;
  });
  return kit.code.statement(
    1,
    kit.code.call("answer", ["app", path, kit.literal(route.allow), kit.code.object(handlers)]),
  );
};

const routesText = (plan: ApiPlan, kit: EmitKit): string => {
  const own = ["answer", "app", "Edge", "handle", "handling", "Hono", "options", "Options", "routes"];
  const { imports, routes } = kit.routeTable(plan, own);
  const isEmpty = routes.length === 0;
  const parameters = isEmpty ? "_app: Hono<Edge>, _options: Options" : "app: Hono<Edge>, options: Options";
  const body = isEmpty ? "  // The document has no operations." : "  const handle = handling(options);";
  return [
    "// Every route, the most specific first.",
    'import type { Hono } from "hono";',
    ...(isEmpty ? [] : ['import { answer, handling } from "../middleware/handle.js";']),
    'import type { Edge } from "../middleware/handle.js";',
    'import type { Options } from "../middleware/operation.js";',
    ...imports,
    "",
    `export const routes = (${parameters}): void => {`,
    [body, ...routes.map((route) => routeCode(route, kit))].join("\n\n"),
    "};",
    "",
  ].join("\n");
};

const appText = (plan: ApiPlan, kit: EmitKit): string => {
  const { title, imports, parameter, options } = kit.appParts(plan);
  return [
    title,
    'import type { Hono } from "hono";',
    'import { createEdge } from "./middleware/handle.js";',
    'import type { Edge } from "./middleware/handle.js";',
    ...imports,
    'import { routes } from "./routes/index.js";',
    "",
    "/** The service, ready to listen. */",
    `export const createApp = (${parameter}): Hono<Edge> => {`,
    `  const app = createEdge(${kit.literal(plan.basePath)});`,
    `  routes(app, ${options});`,
    "  return app;",
    "};",
    "",
  ].join("\n");
};

export const hono: FrameworkPlugin = {
  kind: "framework",
  name: "hono",
  about: "Hono 4 on Node with Zod 4 validation",
  packages: { hono: "^4.0.0", "@hono/node-server": ">=1.0.0", zod: "^4.1.0", "@types/node": ">=20" },
  emit: (api, kit) => {
    const plan = kit.plan(api);
    const texts = { app: appText(plan, kit), server: serverText, handle: handleText, routes: routesText(plan, kit) };
    return kit.serviceFiles(plan, texts);
  },
};

const plugin: Plugin = { sdk: 1, name: "hono", provides: [hono] };
export default plugin;
