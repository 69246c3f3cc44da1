// EmitKit: the helpers handed to a framework plugin, so that a plugin script needs no packages of its own.
export interface EmitKit {
  readonly version: 1;
}
export const emitKit: EmitKit = { version: 1 };
