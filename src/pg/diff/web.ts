// The graph of changes as rules of order see it: what is there, and how one comes before another.
import type { Change } from "./change.ts";
import type { Node } from "./node.ts";
import type { Parts } from "./part.ts";

export interface Web {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly changes: ReadonlyMap<string, Change>;
  readonly from: Parts;
  readonly to: Parts;
  /** The node that does it: what is held or taken along has none of its own. */
  idOf(act: Node["act"], key: string): string;
  /** The node after which a part is as it is to be. */
  done(key: string): string;
  edge(first: string, then: string): void;
  /** True when a node runs after another, directly or not. */
  waitsFor(node: string, other: string): boolean;
}

export type Rule = (web: Web) => void;
