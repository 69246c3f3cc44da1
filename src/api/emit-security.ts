// Security schemes as code: what the document asks for, and the verifiers that a user writes.
import type { GeneratedFile } from "../kernel/fileset.ts";
import type { JsonObject } from "../kernel/json.ts";
import { own } from "../kernel/json.ts";
import { wordsOf } from "../kernel/words.ts";
import authenticateText from "./emitted/authenticate.ts.txt" with { type: "text" };
import jwtText from "./emitted/jwt.ts.txt" with { type: "text" };
import secretsText from "./emitted/secrets.ts.txt" with { type: "text" };
import type { Doc } from "./layout.ts";
import { assigned, braces, call, concat, entry, hardline, layout, openBraces, property, statement } from "./layout.ts";
import type { Operation, SecurityRequirement } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { commentText, data, key, literal } from "./print.ts";

/** An operation's requirements, unless everybody may call it. */
export const requirementsOf = ({ security }: Operation): readonly SecurityRequirement[] =>
  security.some((one) => Object.keys(one).length > 0) ? security : [];

interface SecuredScheme {
  readonly name: string;
  readonly scheme: JsonObject;
  /** Every scope that some operation asks for. */
  readonly scopes: readonly string[];
}

const textIn = (definition: JsonObject, name: string): string => {
  const value = own(definition, name);
  return typeof value === "string" ? value : "";
};

const httpScheme = (name: string): JsonObject => {
  const lower = name.toLowerCase();
  if (lower === "bearer" || lower === "basic") return { type: lower };
  return { type: "http", scheme: /^[\w!#$%&'*+.^`|~-]+$/.test(name) ? name : "Unknown" };
};

const locations = new Set(["header", "query", "cookie"]);

/** A Security Scheme Object in the words of `authenticate.ts`; what it does not know is left to a verifier. */
const schemeOf = (definition: JsonObject): JsonObject => {
  const type = textIn(definition, "type");
  if (type === "http") return httpScheme(textIn(definition, "scheme"));
  if (type === "basic") return { type: "basic" };
  if (type === "oauth2" || type === "openIdConnect") return { type: "oauth2" };
  const [place, name] = [textIn(definition, "in"), textIn(definition, "name")];
  if (type === "apiKey" && locations.has(place) && name !== "") return { type: "apiKey", in: place, name };
  return { type: "connection" };
};

/** Schemes that some operation asks for, whether or not the document declares them. */
const securedSchemes = ({ api }: ApiPlan): readonly SecuredScheme[] => {
  const used = api.operations.flatMap((operation) => requirementsOf(operation).flatMap((one) => Object.entries(one)));
  const definitions = new Map(api.securitySchemes.map(({ name, definition }) => [name, definition]));
  return [...Map.groupBy(used, ([name]) => name)]
    .map(([name, all]) => ({
      name,
      scheme: schemeOf(definitions.get(name) ?? {}),
      scopes: [...new Set(all.flatMap(([, scopes]) => scopes))].sort(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};

export const isSecured = (plan: ApiPlan): boolean => securedSchemes(plan).length > 0;

const isToken = ({ scheme }: SecuredScheme): boolean => scheme["type"] === "bearer" || scheme["type"] === "oauth2";
const isSecret = ({ scheme }: SecuredScheme): boolean => scheme["type"] === "apiKey" || scheme["type"] === "basic";

/** npm packages of the generated verifiers. */
export const securityPackages = (plan: ApiPlan): Readonly<Record<string, string>> =>
  !plan.options.mock && securedSchemes(plan).some(isToken) ? { jose: "^6.0.0" } : {};

const constantName = (text: string, fallback: string): string => {
  const words = wordsOf(text)
    .map((word) => word.replace(/[^a-z0-9]/g, ""))
    .filter((word) => word !== "");
  const name = words.join("_").toUpperCase().slice(0, 60);
  return /^[A-Z]/.test(name) ? name : fallback;
};

const fromEnvironment = (name: string): string => `process.env["${name}"]`;

/** The verifier that a scheme begins with, and what is said above it. */
const verifierOf = ({ name, scheme, scopes }: SecuredScheme, mock: boolean): readonly [comment: string, code: Doc] => {
  if (mock) return [`Mock: whoever brings credentials for ${name} is let in.`, somebody(scopes)];
  switch (scheme["type"]) {
    case "bearer":
    case "oauth2":
      return ["Tokens: JWT_PUBLIC_KEY or JWT_KEYS_URL, JWT_ISSUER and JWT_AUDIENCE say whose.", "jwt(process.env)"];
    case "apiKey": {
      const variable = constantName(name, "API_KEY");
      const place = `${textIn(scheme, "in")} ${textIn(scheme, "name")}`;
      return [
        `The ${place}: the same for all clients, in ${variable}.`,
        call("sharedKey", [fromEnvironment(variable)]),
      ];
    }
    case "basic": {
      const variable = constantName(name, "BASIC");
      const names = [`${variable}_USERNAME`, `${variable}_PASSWORD`] as const;
      return [`One login: ${names.join(" and ")}.`, call("sharedLogin", names.map(fromEnvironment))];
    }
    default:
      return ["Nobody knows yet how to verify this: what needs it is refused.", "undefined"];
  }
};

const somebody = (scopes: readonly string[]): Doc =>
  concat("() => (", braces(['subject: "somebody"', concat("scopes: ", data(scopes))]), ")");

const verifyFile = (plan: ApiPlan, schemes: readonly SecuredScheme[]): GeneratedFile => {
  const { mock } = plan.options;
  const secrets = schemes
    .filter(isSecret)
    .map(({ scheme }) => (scheme["type"] === "basic" ? "sharedLogin" : "sharedKey"));
  const lines = [
    "// Who asks: a verifier for each security scheme, yours to change. What it returns, handlers get as `auth`.",
    ...(!mock && schemes.some(isToken) ? ['import { jwt } from "./middleware/jwt.js";'] : []),
    ...(!mock && secrets.length > 0
      ? [`import { ${[...new Set(secrets)].sort().join(", ")} } from "./middleware/secrets.js";`]
      : []),
    'import type { Verifiers } from "./middleware/security.js";',
    "",
    "export const verify = {",
    ...schemes.flatMap((one) => {
      const [comment, code] = verifierOf(one, mock);
      return [`  /** ${commentText(comment)} */`, entry(1, property(key(one.name), code))];
    }),
    "} satisfies Verifiers;",
    "",
  ];
  return { path: "verify.ts", text: lines.join("\n") };
};

/** Printable ASCII: it goes into a header. */
const realmOf = ({ api }: ApiPlan): string => commentText(api.title.replace(/[^\x20-\x7e]/g, "")) || "API";

const securityFile = (plan: ApiPlan, schemes: readonly SecuredScheme[]): GeneratedFile => {
  const table = braces(schemes.map(({ name, scheme }) => concat(key(name), ": ", data(scheme))));
  const declared = concat("const schemes =", assigned(concat(table, " as const satisfies Schemes")), ";", hardline);
  const authenticate = property(
    "authenticate",
    call("authenticator", ["schemes", "verifiers", literal(realmOf(plan))]),
  );
  const text = `// Security schemes of the document: where their credentials are, and what handlers know of who asks.
import { authenticator } from "./authenticate.js";
import type {
  PrincipalOf,
  Schemes,
  Verifier,
  VerifiersOf,
} from "./authenticate.js";
import type { Context } from "./handle.js";
import type { Options } from "./operation.js";
import { verify } from "../verify.js";

${layout(declared)}
type Name = keyof typeof schemes;

/** One verifier for each scheme; \`undefined\` refuses whoever needs it. */
export type Verifiers = VerifiersOf<typeof schemes, Context>;

type Principals = {
  readonly [S in Name]: PrincipalOf<(typeof verify)[S]>;
};

/** Who asks, by scheme: those of the requirement that was met are there, and no others. */
export type Auth<Met extends Name = never> = {
  readonly [S in Met]: Principals[S];
} & { readonly [S in Exclude<Name, Met>]?: undefined };

export interface AppOptions extends Omit<Options, "authenticate"> {
  /** Verifiers in the place of those of \`verify.ts\`: for tests, or another environment. */
  readonly verify?: {
    readonly [S in Name]?: (
      ...given: Parameters<NonNullable<Verifiers[S]>>
    ) => Principals[S] | undefined | Promise<Principals[S] | undefined>;
  };
}

/** The options of the operations, with who may call them. */
export const secured = ({ verify: own, ...options }: AppOptions): Options => {
  const verifiers: Readonly<
    Record<string, Verifier<never, object, Context> | undefined>
  > = { ...verify, ...own };
${statement(1, concat("return ", openBraces(["...options", authenticate])))}
};
`;
  return { path: "middleware/security.ts", text };
};

/** Nothing for an API that everybody may call. */
export const securityFiles = (plan: ApiPlan): readonly GeneratedFile[] => {
  const schemes = securedSchemes(plan);
  if (schemes.length === 0) return [];
  const { mock } = plan.options;
  return [
    verifyFile(plan, schemes),
    securityFile(plan, schemes),
    { path: "middleware/authenticate.ts", text: authenticateText },
    ...(!mock && schemes.some(isToken) ? [{ path: "middleware/jwt.ts", text: jwtText }] : []),
    ...(!mock && schemes.some(isSecret) ? [{ path: "middleware/secrets.ts", text: secretsText }] : []),
  ];
};

/** `Auth<"bearerAuth">`, `Auth<"apiKey">`: what a handler knows of who asks. */
export const authTypes = (operation: Operation): readonly string[] => {
  const requirements = requirementsOf(operation);
  const types = requirements.map((one) => {
    const names = Object.keys(one).sort().map(literal);
    return names.length === 0 ? "Auth" : `Auth<${names.join(" | ")}>`;
  });
  return [...new Set(types)];
};
