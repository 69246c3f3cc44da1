// ApiModel: an HTTP API as plain data, whatever it was read from. It crosses to plugin workers by structured clone.
import type { Json, JsonObject } from "../kernel/json.ts";

/**
 * A JSON Schema in its 2020-12 meaning, whatever version it was written in. `$ref` is always `#` and the pointer of one
 * of the model's own `schemas`; everything else is as the document has it.
 */
export type Schema = boolean | JsonObject;

/** A schema that other schemas or operations refer to by `$ref`. */
export interface NamedSchema {
  /** As the document calls it: not yet a safe identifier. Unique in the model. */
  readonly name: string;
  /** RFC 6901 pointer into the document. */
  readonly pointer: string;
  readonly schema: Schema;
}

export type ParameterLocation = "path" | "query" | "header" | "cookie";

export type ParameterStyle =
  "form" | "spaceDelimited" | "pipeDelimited" | "tabDelimited" | "deepObject" | "simple" | "label" | "matrix";

export interface Parameter {
  readonly name: string;
  readonly in: ParameterLocation;
  readonly required: boolean;
  readonly deprecated: boolean;
  readonly description?: string;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  /** Present when the value is a document of its own (`content`), for example `application/json`. */
  readonly mediaType?: string;
  readonly schema: Schema;
  /** Values that the parameter itself gives as examples; those of its schema are in there. */
  readonly examples?: readonly Json[];
  readonly pointer: string;
}

/** How one property of a form is written (OpenAPI's Encoding Object). */
export interface Encoding {
  readonly contentType?: string;
  readonly style?: ParameterStyle;
  readonly explode?: boolean;
}

export interface Content {
  /** Lower case, without parameters: `application/json`, `image/*`. */
  readonly mediaType: string;
  readonly schema: Schema;
  /** What each item of a sequence is (JSON lines, server-sent events): the content is a stream of them. */
  readonly items?: Schema;
  readonly encoding: Readonly<Record<string, Encoding>>;
  readonly examples: readonly Json[];
  readonly pointer: string;
}

export interface Body {
  readonly required: boolean;
  readonly description?: string;
  readonly contents: readonly Content[];
  readonly pointer: string;
}

export interface ResponseHeader {
  readonly name: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
  readonly examples?: readonly Json[];
}

/** Where a reply leads: another operation, and what of this one it takes. */
export interface Link {
  readonly name: string;
  /** An operation's id, or a reference to it. */
  readonly to: string;
  /** Runtime expressions and constants, by parameter. */
  readonly parameters: JsonObject;
}

export interface ApiResponse {
  /** `200`, `4XX` or `default`. */
  readonly status: string;
  readonly description: string;
  readonly headers: readonly ResponseHeader[];
  readonly contents: readonly Content[];
  readonly links: readonly Link[];
  readonly pointer: string;
}

export interface SecurityScheme {
  readonly name: string;
  readonly type: string;
  /** The Security Scheme Object as the document has it. */
  readonly definition: JsonObject;
  readonly pointer: string;
}

/** All of one requirement's schemes must be satisfied; of an operation's requirements, any one. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

export interface Operation {
  /** Upper case. */
  readonly method: string;
  /** The path template as the document has it: `/users/{id}`. */
  readonly path: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated: boolean;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body?: Body;
  readonly responses: readonly ApiResponse[];
  readonly security: readonly SecurityRequirement[];
  readonly pointer: string;
}

/** A request that the service itself sends. */
export interface SentRequest {
  readonly kind: "webhook" | "callback";
  readonly name: string;
  /** Upper case. */
  readonly method: string;
  /** Where a callback goes: a runtime expression, `{$request.body#/url}`. */
  readonly to?: string;
  /** The operation that a callback belongs to. */
  readonly from?: { readonly operationId?: string | undefined; readonly headline: string };
  readonly description?: string;
  readonly body?: Body;
  readonly pointer: string;
}

export interface Server {
  /** With the defaults of its variables filled in. */
  readonly url: string;
  readonly description?: string;
}

export interface Tag {
  readonly name: string;
  readonly description?: string;
}

export interface ApiModel {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** The version the document declares: `2.0`, `3.0.3`, `3.1.1`. */
  readonly openapi: string;
  readonly servers: readonly Server[];
  readonly tags: readonly Tag[];
  readonly schemas: readonly NamedSchema[];
  readonly securitySchemes: readonly SecurityScheme[];
  /** In the document's order; no two share method and path. */
  readonly operations: readonly Operation[];
  /** Webhooks, then callbacks of operations, in the document's order. */
  readonly sent: readonly SentRequest[];
}
