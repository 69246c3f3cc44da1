// What is said of schemas of the old side that are not compared.
import type { Finding } from "../../kernel/finding.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { findSchemaRenames } from "../../pg/diff/rename-schema.ts";
import { quoteName } from "../../pg/quote.ts";

export const leftAlone = (
  from: Catalog,
  to: Catalog,
  has: (schema: string) => boolean,
  source: string,
): readonly Finding[] => {
  const schemas = from.schemas.map(({ name }) => name).filter((name) => name !== "senior" && !has(name));
  const alike = new Map(findSchemaRenames(from, to, [], true).renamings.map((one) => [one.from, one.to]));
  return schemas.map((name): Finding => ({
    rule: "diff/out-of-scope",
    severity: "info",
    message: to.schemas.some((one) => one.name === name)
      ? `the schema ${name} of ${source} is its platform's and was left alone`
      : `the schema ${name} of ${source} is not in the desired state and was left alone`,
    at: { kind: "object", type: "schema", name },
    help: alike.has(quoteName(name))
      ? `what it holds is what ${alike.get(quoteName(name)) ?? ""} is to hold: if it was renamed, say --rename ${name}=${alike.get(quoteName(name)) ?? ""}`
      : `include it with --schema ${name}`,
  }));
};
