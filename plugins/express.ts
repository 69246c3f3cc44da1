// Express 5: how its routers, its edge and its server look; everything else comes from the kit.
import type { ApiModel, ApiPlan, EmitKit, FrameworkPlugin, GeneratedFile, Plugin } from "../src/sdk.ts";
import handleText from "./express/handle.ts.txt" with { type: "text" };
import serverText from "./express/server.ts.txt" with { type: "text" };

type Route = ApiPlan["routes"][number];
type Operation = Route["operations"][number];

/** Methods that both Express and the oldest supported Node know. */
const verbs = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/** Text that Express may read as it is: anything that a client would percent-encode goes by regular expression. */
const isLiteral = (text: string): boolean => /^[\w.~!$&'()*+,;=:@-]*$/.test(text);

const escaped = (text: string): string => text.replace(/[{}()[\]+?!*:\\]/g, "\\$&");

/** `/users/:id`, or undefined when only a regular expression can say it. */
const expressPath = ({ path }: Route, kit: EmitKit): string | undefined => {
  const names = kit.pathVariables(path);
  const isNamed = names.every((name) => /^[A-Za-z_]\w*$/.test(name) && name !== "__proto__");
  const parts = path.segments.flat();
  const isPlain = path.plain && isNamed && new Set(names).size === names.length;
  if (!isPlain || !parts.every((part) => part.kind === "variable" || isLiteral(part.text))) return undefined;
  const segments = path.segments.map(([part]) =>
    part === undefined ? "" : part.kind === "variable" ? `:${part.name}` : escaped(part.text),
  );
  return `/${segments.join("/")}`;
};

/** What a path answers: its own methods, HEAD with GET, and OPTIONS. */
const allowed = (operations: readonly Operation[]): string => {
  const own = operations.map(({ operation }) => operation.method);
  return [...new Set([...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"])].sort().join(", ");
};

/** `rest`: what the path allows, said after the last route of its shape. */
const routeCode = (
  route: Route,
  rest: string | undefined,
  kit: EmitKit,
  groups: ReadonlyMap<string, string>,
): string => {
  const plain = expressPath(route, kit);
  const pattern = plain === undefined ? `new RegExp(${kit.literal(kit.pathPattern(route.path))})` : kit.literal(plain);
  const variables = kit.pathVariables(route.path);
  const names =
    plain === undefined && variables.length > 0 ? `, [${variables.map((name) => kit.literal(name)).join(", ")}]` : "";
  const calls = route.operations.map(({ name, file, operation }) => {
    const handlers = `handle(rules.${name}, ${groups.get(file) ?? file}.${name}${names})`;
    return verbs.includes(operation.method)
      ? `  .${operation.method.toLowerCase()}(${handlers})`
      : `  .all(onlyFor(${kit.literal(operation.method)}, ${handlers}))`;
  });
  const last = rest === undefined ? [] : [`  .all(allow(${kit.literal(rest)}))`];
  return `${["router", `  .route(${pattern})`, ...calls, ...last].join("\n")};`;
};

/** Templates that differ only in the names of their variables are one path: the last of them answers other methods. */
const routeCodes = ({ routes }: ApiPlan, kit: EmitKit, groups: ReadonlyMap<string, string>): string => {
  const rests = new Map<Route, string>();
  for (const alike of Map.groupBy(routes, ({ path }) => kit.pathPattern(path)).values()) {
    const last = alike.at(-1);
    if (last !== undefined) rests.set(last, allowed(alike.flatMap(({ operations }) => operations)));
  }
  return routes.map((route) => routeCode(route, rests.get(route), kit, groups)).join("\n\n");
};

const routesFile = (plan: ApiPlan, kit: EmitKit): GeneratedFile => {
  const files = plan.groups.map(({ file }) => file);
  const names = kit.identifiers(files, ["allow", "handle", "onlyFor", "router", "Router", "rules"]);
  const groups = new Map(files.map((file, index) => [file, names[index] ?? file]));
  const routes = routeCodes(plan, kit, groups);
  const needed = ["allow", "handle", "onlyFor"].filter((name) => routes.includes(`${name}(`));
  const lines = [
    "// Every route, the most specific first.",
    'import { Router } from "express";',
    ...(needed.length === 0 ? [] : [`import { ${needed.join(", ")} } from "../middleware/handle.js";`]),
    ...(needed.length === 0 ? [] : ['import * as rules from "../middleware/validators.js";']),
    ...files.map((file) => `import * as ${groups.get(file) ?? file} from "./${file}.js";`),
    "",
    "export const router = Router({ caseSensitive: true, strict: true });",
    ...(routes === "" ? [] : ["", routes]),
  ];
  return { path: "routes/index.ts", text: `${lines.join("\n")}\n` };
};

const appFile = ({ api, basePath }: ApiPlan, kit: EmitKit): GeneratedFile => {
  const lines = [
    `// ${kit.commentText(`${api.title} ${api.version}`)}`,
    'import express from "express";',
    'import type { Express } from "express";',
    ...(basePath === ""
      ? ['import { errors, nothingHere, requestIds } from "./middleware/handle.js";']
      : [
          "import {",
          "  alsoBelow,",
          "  errors,",
          "  nothingHere,",
          "  requestIds,",
          '} from "./middleware/handle.js";',
        ]),
    'import { router } from "./routes/index.js";',
    "",
    "/** The service, ready to listen. */",
    "export const createApp = (): Express => {",
    "  const app = express();",
    '  app.disable("x-powered-by");',
    "  app.use(requestIds);",
    ...(basePath === "" ? [] : [`  app.use(alsoBelow(${kit.literal(basePath)}));`]),
    "  app.use(router);",
    "  app.use(nothingHere);",
    "  app.use(errors);",
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

export const express: FrameworkPlugin = {
  kind: "framework",
  name: "express",
  about: "Express 5 with Zod 4 validation",
  packages: { express: "^5.1.0", zod: "^4.1.0", "@types/express": "^5.0.0", "@types/node": ">=20" },
  emit,
};

const plugin: Plugin = { sdk: 1, name: "express", provides: [express] };
export default plugin;
