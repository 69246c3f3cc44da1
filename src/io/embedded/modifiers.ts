// Modifiers of types that are only shells here, like geometry(Point,4326): numbers on their way in, and themselves again on their way out.
import { piecesOf } from "../../pg/lexer.ts";

/** Real state: the modifiers seen so far. */
export class Modifiers {
  readonly #known: string[] = [];

  /** The same text with numbers for modifiers, as long as before so that places stay where they are. */
  encode(sql: string): string {
    if (!/\bgeo(metry|graphy)\b/i.test(sql)) return sql;
    return [...piecesOf(sql)]
      .map(({ kind, start, end }) => {
        const piece = sql.slice(start, end);
        return kind !== "code"
          ? piece
          : piece.replace(written, (whole, type: string, inside: string) => {
              const number = String(this.#numberOf(inside));
              return `${type}(${number}${" ".repeat(Math.max(0, whole.length - type.length - number.length - 2))})`;
            });
      })
      .join("");
  }

  decode(text: string): string {
    if (this.#known.length === 0) return text;
    return text.replace(/\b(geometry|geography)\((\d+)\)/g, (whole, type: string, number: string) => {
      const inside = this.#known[Number(number) - 1];
      return inside === undefined ? whole : `${type}(${inside})`;
    });
  }

  #numberOf(inside: string): number {
    const spelled = inside.replace(/\s+/g, "").replace(/^(\w+)/, (word) => names.get(word.toLowerCase()) ?? word);
    const at = this.#known.indexOf(spelled);
    return at >= 0 ? at + 1 : this.#known.push(spelled);
  }
}

const shapes = [
  "Point",
  "LineString",
  "Polygon",
  "MultiPoint",
  "MultiLineString",
  "MultiPolygon",
  "GeometryCollection",
  "Geometry",
];

/** As PostGIS spells them. */
const names = new Map(
  shapes.flatMap((shape) =>
    ["", "Z", "M", "ZM"].map((suffix) => [`${shape}${suffix}`.toLowerCase(), `${shape}${suffix}`] as const),
  ),
);

const written = new RegExp(
  `\\b(geometry|geography)\\s*\\(\\s*((?:${shapes.join("|")})(?:zm?|m)?\\s*(?:,\\s*\\d+\\s*)?)\\)`,
  "gi",
);
