// What users may choose about the generated code: plain data, which crosses to plugin workers.

export interface EmitOptions {
  /**
   * What success bodies travel in. `auto`: as the document describes them, and `{data, meta}` where it describes none;
   * `none`: always as handlers return them; `data`: always `{data, meta}`; `success`: always `{success, data, meta}`.
   */
  readonly envelope: "auto" | "none" | "data" | "success";
  /** The status of an answer that lists wrong fields. */
  readonly validationStatus: 400 | 422;
  /**
   * Bodies of errors where the document describes none. `standard`: {error, meta}; `problem`: problem details (RFC 9457);
   * `documented`: the body that the document describes most often.
   */
  readonly errorBody: "standard" | "problem" | "documented";
  /** Replies are checked as well: a wrong one is logged and answered with 500, never sent. */
  readonly validateResponses: boolean;
  /** Handlers answer with the document's examples instead of 501. */
  readonly mock: boolean;
  /** Handlers, validators and types: a file for each tag, for each operation, or one for all. */
  readonly layout: "tags" | "operations" | "flat";
}

export const defaultOptions: EmitOptions = {
  envelope: "auto",
  validationStatus: 400,
  errorBody: "standard",
  validateResponses: false,
  mock: false,
  layout: "tags",
};
