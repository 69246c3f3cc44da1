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
          })),
          requestBody: {
            content: {
              "application/json": {
                schema: { $ref: `#/components/schemas/${encodeURIComponent(pointerToken(text))}` },
              },
              "application/x-www-form-urlencoded": {
                schema: { type: "object", properties: { [text]: { type: "array", items: { const: text } } } },
              },
            },
          },
          responses: {
            200: { description: text, headers: { [text]: { schema: { type: "string" } } } },
            default: { description: text, content: { "application/json": { schema: { const: text } } } },
          },
        },
      },
    },
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
