// A document whose every text tries to become code, a path or a prototype.

/** Where a text of a document ends up: each of these calls puts `text` into one more place. */
export const hostileDocument = (text: string): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: text, version: text, description: text },
    servers: [{ url: "https://example.com/{base}", description: text, variables: { base: { default: `v1?${text}` } } }],
    tags: [{ name: text, description: text }],
    paths: {
      [`/${text.replace(/[{}#?]/g, "")}/{${text.replace(/[{}/#?]/g, "")}}`]: {
        parameters: [],
        post: {
          operationId: text,
          summary: text,
          description: text,
          tags: [text],
          parameters: (["query", "header", "cookie"] as const).map((location) => ({
            name: text,
            in: location,
            description: text,
            schema: { type: "string", enum: [text, "b"], default: text },
            examples: { [text]: { summary: text, value: text } },
          })),
          requestBody: {
            content: {
              "application/json": {
                schema: { $ref: `#/components/schemas/${encodeURIComponent(pointerToken(text))}` },
                examples: { [text]: { summary: text, value: { [text]: text } } },
              },
              [`text/plain; note="${text}"`]: { schema: { type: "string", pattern: patternFor(text) }, example: text },
              "application/x-www-form-urlencoded": {
                schema: { type: "object", properties: { [text]: { type: "array", items: { const: text } } } },
              },
            },
          },
          responses: {
            200: {
              description: text,
              headers: { [text]: { schema: { type: "string" }, example: text } },
              content: { "application/json": { schema: { const: text }, example: text } },
              links: { [text]: { operationId: text, description: text, parameters: { [text]: text } } },
            },
            400: { description: text, content: { "application/json": { schema: errorSchema(text) } } },
            default: { description: text, content: { "application/json": { schema: { const: text } } } },
          },
          callbacks: { [text]: { [`{$request.body#/${text}}`]: { post: sent(text) } } },
        },
      },
    },
    webhooks: { [text]: { post: sent(text) } },
    security: [{ [text]: [text] }],
    components: {
      securitySchemes: { [text]: { type: "apiKey", in: "header", name: text, description: text } },
      schemas: {
        [text]: {
          title: text,
          description: text,
          type: "object",
          required: [text],
          properties: { [text]: { type: "string", description: text, default: text, format: text } },
          patternProperties: { "^x-": { const: { [text]: [text] } } },
          dependentRequired: { [text]: [text] },
        },
      },
    },
  });

/** A request that the service sends. */
const sent = (text: string) => ({
  operationId: `${text} sent`,
  summary: text,
  description: text,
  requestBody: {
    content: { "application/json": { schema: { type: "object", properties: { [text]: { const: text } } } } },
  },
  responses: { 200: { description: text } },
});

/** An error that the service can fill, with a property that it does not know. */
const errorSchema = (text: string) => ({
  title: text,
  type: "object",
  required: ["message"],
  properties: { message: { type: "string", description: text }, [`~${text}`]: { type: "string" } },
});

const patternFor = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

const pointerToken = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** Texts that have broken generators before. */
export const hostileTexts: readonly string[] = [
  "*/ evil(); /*",
  "`${evil()}`",
  '"; evil(); "',
  "'; evil(); '",
  "\\",
  "\\u0022; evil()",
  "line\u2028separator\u2029s",
  "line\nbreak\r\nand tab\t",
  "</script><!--",
  "../../../../etc/cron.d/x",
  "C:\\Windows\\con",
  "CON",
  "__proto__",
  "constructor",
  "toString",
  "prototype",
  "default",
  "class",
  "await",
  "\u202eevil\u202c",
  "\u0000nul",
  "ünïcödé 名前 🦄",
  " ",
  "x".repeat(300),
  "1e3",
  "$ref",
  "${z}",
  "z",
  "s",
  "models",
  "rules",
  "router",
  "handle",
  "Handler",
  "File",
  "Payload",
  "index",
];
