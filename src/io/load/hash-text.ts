// The digest of a text, for Digest authentication.
import type { HashText } from "../../load/digest.ts";

export const hashText: HashText = (hash, text) => new Bun.CryptoHasher(hash).update(text).digest("hex");
