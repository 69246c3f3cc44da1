// Fastify 5: how its routes, its edge and its server look; everything else comes from the kit.
import type { ApiModel, ApiPlan, EmitKit, FrameworkPlugin, GeneratedFile, Plugin } from "../src/sdk.ts";
import handleText from "./fastify/handle.ts.txt" with { type: "text" };
import serverText from "./fastify/server.ts.txt" with { type: "text" };

type Route = ApiPlan["routes"][number];
type Segment = Route["path"]["segments"][number];

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/**
 * A segment in Fastify's words, variables by their position: names of a document may hold anything. A star has no
 * escape, so it goes by regular expression.
 */
const fastifySegment = (parts: Segment, firstVariable: number): string => {
  let variable = firstVariable;
  let star = 0;
  return parts
    .map((part) =>
      part.kind === "variable"
        ? `:v${variable++}${parts.length === 1 ? "" : "(.+?)"}`
        : decoded(part.text)
            .replaceAll(":", "::")
            .replaceAll("*", () => `:s${firstVariable}x${star++}(\\*)`),
    )
    .join("");
};

const fastifyPath = ({ path }: Route): string => {
  let variables = 0;
  const segments = path.segments.map((parts) => {
    const text = fastifySegment(parts, variables);
    variables += parts.filter(({ kind }) => kind === "variable").length;
    return text;
  });
  return `/${segments.join("/")}`;
};

const routeCode = (
  url: string,
  routes: readonly Route[],
  kit: EmitKit,
  groups: ReadonlyMap<string, string>,
): string => {
  const calls = routes.flatMap((route) => {
    const variables = kit.pathVariables(route.path);
    const names = variables.length > 0 ? `, [${variables.map((name) => kit.literal(name)).join(", ")}]` : "";
    return route.operations.map(({ name, file, operation }) => {
      const handler = `handle(rules.${name}, ${groups.get(file) ?? file}.${name}${names})`;
      return `    ${kit.literal(operation.method)}: ${handler},`;
    });
  });
  return [`  answer(app, ${kit.literal(url)}, {`, ...calls, "  });"].join("\n");
};

const routesFile = (plan: ApiPlan, kit: EmitKit): GeneratedFile => {
  const files = plan.groups.map(({ file }) => file);
  const names = kit.identifiers(files, ["answer", "app", "FastifyInstance", "handle", "routes", "rules"]);
  const groups = new Map(files.map((file, index) => [file, names[index] ?? file]));
  // Templates that differ only in the names of their variables are one path to a router.
  const code = [...Map.groupBy(plan.routes, fastifyPath)].map(([url, own]) => routeCode(url, own, kit, groups));
  const isEmpty = code.length === 0;
  const lines = [
    "// Every route; Fastify tries fixed text before variables.",
    'import type { FastifyInstance } from "fastify";',
    ...(isEmpty
      ? []
      : [
          'import { answer, handle } from "../middleware/handle.js";',
          'import * as rules from "../middleware/validators.js";',
        ]),
    ...files.map((file) => `import * as ${groups.get(file) ?? file} from "./${file}.js";`),
    "",
    `export const routes = (${isEmpty ? "_app" : "app"}: FastifyInstance): void => {`,
    ...(isEmpty ? ["  // The document has no operations."] : [code.join("\n\n")]),
    "};",
  ];
  return { path: "routes/index.ts", text: `${lines.join("\n")}\n` };
};

const appFile = ({ api, basePath }: ApiPlan, kit: EmitKit): GeneratedFile => {
  const lines = [
    `// ${kit.commentText(`${api.title} ${api.version}`)}`,
    'import type { FastifyInstance } from "fastify";',
    'import { createEdge } from "./middleware/handle.js";',
    'import { routes } from "./routes/index.js";',
    "",
    "/** The service, ready to listen. */",
    "export const createApp = (): FastifyInstance => {",
    `  const app = createEdge(${basePath === "" ? "" : kit.literal(basePath)});`,
    "  routes(app);",
    "  return app;",
    "};",
  ];
  return { path: "app.ts", text: `${lines.join("\n")}\n` };
};

const emit = (api: ApiModel, kit: EmitKit): readonly GeneratedFile[] => {
  const plan = kit.plan(api);
  return [
    appFile(plan, kit),
    { path: "server.ts", text: serverText },
    { path: "middleware/handle.ts", text: handleText },
    routesFile(plan, kit),
    ...kit.handlerFiles(plan),
    ...kit.validationFiles(plan),
    ...kit.typeFiles(plan),
  ];
};

export const fastify: FrameworkPlugin = {
  kind: "framework",
  name: "fastify",
  about: "Fastify 5 with Zod 4 validation",
  packages: { fastify: "^5.5.0", zod: "^4.1.0", "@types/node": ">=20" },
  emit,
};

const plugin: Plugin = { sdk: 1, name: "fastify", provides: [fastify] };
export default plugin;
