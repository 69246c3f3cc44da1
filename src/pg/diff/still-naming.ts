// Functions whose text still names a place that something has left: PostgreSQL keeps such bodies as they were written.
import type { Catalog } from "../catalog.ts";
import { quotePath } from "../quote.ts";

const most = 5;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** In words, for each function of the wanted schema that names `place`: `a.t`, or `a.` for all of a schema. */
export const stillNaming = ({ routines }: Catalog, place: string): readonly string[] => {
  const named = new RegExp(
    String.raw`(?<![\w".$])${escaped(place)}${place.endsWith(".") ? "" : String.raw`(?![\w"$])`}`,
    "i",
  );
  const found = routines.filter(
    ({ body }) => body.kind === "source" && body.library === undefined && named.test(body.text),
  );
  const words = found
    .slice(0, most)
    .map((one) => `the body of ${quotePath(one)} still names ${place.replace(/\.$/, "")}`);
  return found.length > most ? [...words, `and so do ${found.length - most} more functions`] : words;
};
