// The content hash of a catalog: equal for equal structures, whatever wrote them.
import { canonicalJson } from "../kernel/json.ts";
import type { Json } from "../kernel/json.ts";
import type { Catalog } from "./catalog.ts";

/** SHA-256 in hex over the canonical JSON; dependencies follow from the rest and are left out. */
export const catalogHash = (catalog: Catalog): string =>
  new Bun.CryptoHasher("sha256")
    .update(canonicalJson({ ...catalog, dependencies: [] } as unknown as Json))
    .digest("hex");
