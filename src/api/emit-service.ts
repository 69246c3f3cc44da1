// The files that every framework's service has, around what only the framework can say.
import type { GeneratedFile } from "../kernel/fileset.ts";
import { isSecured } from "./emit-security.ts";
import type { Doc } from "./layout.ts";
import { brackets } from "./layout.ts";
import type { ApiPlan, PlannedGroup, PlannedOperation } from "./plan.ts";
import { distinctNames, valueName } from "./names.ts";
import { commentText, literal } from "./print.ts";
import type { RoutePath } from "./route-path.ts";
import { namedPath, parseRoutePath, pathPattern, pathVariables } from "./route-path.ts";

export interface ServedOperation {
  readonly method: string;
  /** `rules.listBooks` and `books.listBooks`: what its `handle` takes. */
  readonly parts: readonly string[];
  /** Names of the path's variables, in order, but those that share a segment: an operation reads these itself. */
  readonly variables: readonly string[];
  /** `["isbn"]`: those names as code. */
  readonly names: Doc;
}

export interface ServedRoute {
  readonly path: RoutePath;
  /** `/books/:isbn` for routers that read path-to-regexp 8, where it can say the path and has the operations' own names. */
  readonly named: string | undefined;
  /** The source of a regular expression for the undecoded path: one group for each of the operations' variables. */
  readonly pattern: string;
  /** The `Allow` header. */
  readonly allow: string;
  readonly operations: readonly ServedOperation[];
}

export interface RouteTable {
  /** Import lines of the operations' rules and handlers. */
  readonly imports: readonly string[];
  /** Most specific first: the first that matches is the right one. */
  readonly routes: readonly ServedRoute[];
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean => a.join("/") === b.join("/");

/** Every route as code. `taken`: names that the plugin's own file uses. */
export const routeTable = (plan: ApiPlan, taken: readonly string[]): RouteTable => {
  const files = plan.groups.map(({ file }: PlannedGroup) => file);
  const names = distinctNames(files, (file) => valueName(file, "group"), [...taken, "rules"]);
  const nameOf = new Map(files.map((file, index) => [file, names[index] ?? file]));
  const served = ({ name, file, operation }: PlannedOperation): ServedOperation => {
    const variables = pathVariables(parseRoutePath(operation.path));
    return {
      method: operation.method,
      parts: [`rules.${name}`, `${nameOf.get(file) ?? file}.${name}`],
      variables,
      names: brackets(variables.map(literal)),
    };
  };
  const routes = plan.routes.map(({ path, allow, operations }): ServedRoute => {
    const own = operations.map(served);
    const isNamed = own.every(({ variables }) => sameNames(variables, pathVariables(path)));
    return { path, named: isNamed ? namedPath(path) : undefined, pattern: pathPattern(path), allow, operations: own };
  });
  const imports = [
    ...(routes.length === 0 ? [] : ['import * as rules from "../middleware/validators.js";']),
    ...files.map((file) => `import * as ${nameOf.get(file) ?? file} from "./${file}.js";`),
  ];
  return { imports, routes };
};

export interface AppParts {
  /** The comment that begins the file. */
  readonly title: string;
  readonly imports: readonly string[];
  /** `options: Options = {}`: what `createApp` takes. */
  readonly parameter: string;
  /** What the operations are given of it. */
  readonly options: string;
}

/** How `app.ts` begins, and what its `createApp` takes. */
export const appParts = (plan: ApiPlan): AppParts => {
  const title = `// ${commentText(`${plan.api.title} ${plan.api.version}`)}`.trimEnd();
  return isSecured(plan)
    ? {
        title,
        imports: [
          'import { secured } from "./middleware/security.js";',
          'import type { AppOptions } from "./middleware/security.js";',
        ],
        parameter: "options: AppOptions = {}",
        options: "secured(options)",
      }
    : {
        title,
        imports: ['import type { Options } from "./middleware/operation.js";'],
        parameter: "options: Options = {}",
        options: "options",
      };
};

/** What only the framework can say, as text. */
export interface ServiceTexts {
  /** `app.ts`: exports `createApp`. */
  readonly app: string;
  /** `server.ts`: listens. */
  readonly server: string;
  /** `middleware/handle.ts`: exports `Handler`. */
  readonly handle: string;
  /** `routes/index.ts`: every route. */
  readonly routes: string;
}

export const frameworkFiles = ({ app, server, handle, routes }: ServiceTexts): readonly GeneratedFile[] => [
  { path: "app.ts", text: app },
  { path: "server.ts", text: server },
  { path: "middleware/handle.ts", text: handle },
  { path: "routes/index.ts", text: routes },
];
