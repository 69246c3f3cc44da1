// Fastify 5: how its routes, its edge and its server look; everything else comes from the kit.
import type { ApiPlan, EmitKit, FrameworkPlugin, Plugin, ServedRoute } from "../src/sdk.ts";
import handleText from "./fastify/handle.ts.txt" with { type: "text" };
import serverText from "./fastify/server.ts.txt" with { type: "text" };

type Segment = ServedRoute["path"]["segments"][number];

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const variablesOf = (parts: Segment): number => parts.filter(({ kind }) => kind === "variable").length;

/**
 * A segment in Fastify's words, variables by their position: names of a document may hold anything. A star has no
 * escape, so it goes by regular expression. What begins with an `s` nobody asks for: operations read shared segments.
 */
const fastifySegment = (parts: Segment, index: number, position: number): string => {
  const isShared = variablesOf(parts) > 1;
  let unread = 0;
  const unreadName = (): string => `:s${index}x${unread++}`;
  return parts
    .map((part) =>
      part.kind === "variable"
        ? `${isShared ? unreadName() : `:v${position}`}${parts.length === 1 ? "" : `(${part.pattern})`}`
        : decoded(part.text)
            .replaceAll(":", "::")
            .replaceAll("*", () => `${unreadName()}(\\*)`),
    )
    .join("");
};

/** `/users/:id` where the document's own names will do; Fastify reads the same words with fewer escapes. */
const namedPath = ({ named }: ServedRoute): string | undefined =>
  named !== undefined && /^(\/(:\w+|[\w.~-]*))+$/.test(named) ? named : undefined;

const fastifyPath = ({ path }: ServedRoute): string => {
  let variables = 0;
  const segments = path.segments.map((parts, index) => {
    const text = fastifySegment(parts, index, variables);
    if (variablesOf(parts) === 1) variables++;
    return text;
  });
  return `/${segments.join("/")}`;
};

const routeCode = (route: ServedRoute, kit: EmitKit): string => {
  const named = namedPath(route);
  const path = kit.literal(named ?? fastifyPath(route));
  const handlers = route.operations.map(({ method, parts, names, variables }) => {
    return [
      method,
      kit.code.call("handle", named !== undefined || variables.length === 0 ? parts : [...parts, names]),
    ] as const;
  });
  return kit.code.statement(
    1,
    kit.code.call("answer", ["app", path, kit.literal(route.allow), kit.code.object(handlers)]),
  );
};

const routesText = (plan: ApiPlan, kit: EmitKit): string => {
  const own = ["answer", "app", "FastifyInstance", "handle", "handling", "options", "Options", "routes"];
  const { imports, routes } = kit.routeTable(plan, own);
  const isEmpty = routes.length === 0;
  const parameters = isEmpty ? "_app: FastifyInstance, _options: Options" : "app: FastifyInstance, options: Options";
  const body = isEmpty ? "  // The document has no operations." : "  const handle = handling(options);";
  return [
    "// Every route; Fastify tries fixed text before variables.",
    'import type { FastifyInstance } from "fastify";',
    ...(isEmpty ? [] : ['import { answer, handling } from "../middleware/handle.js";']),
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
    'import type { FastifyInstance } from "fastify";',
    'import { createEdge } from "./middleware/handle.js";',
    ...imports,
    'import { routes } from "./routes/index.js";',
    "",
    "/** The service, ready to listen. */",
    `export const createApp = (${parameter}): FastifyInstance => {`,
    `  const app = createEdge(${kit.literal(plan.basePath)});`,
    `  routes(app, ${options});`,
    "  return app;",
    "};",
    "",
  ].join("\n");
};

export const fastify: FrameworkPlugin = {
  kind: "framework",
  name: "fastify",
  about: "Fastify 5 with Zod 4 validation",
  packages: { fastify: "^5.5.0", zod: "^4.1.0", "@types/node": ">=20" },
  emit: (api, kit) => {
    const plan = kit.plan(api);
    const texts = { app: appText(plan, kit), server: serverText, handle: handleText, routes: routesText(plan, kit) };
    return kit.serviceFiles(plan, texts);
  },
};

const plugin: Plugin = { sdk: 1, name: "fastify", provides: [fastify] };
export default plugin;
