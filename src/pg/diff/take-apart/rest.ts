// Takes apart what has few parts of its own: routines, operators, text search, foreign data, publications, default privileges.
import type { Catalog } from "../../catalog.ts";
import type { ObjectKey, ObjectName } from "../../catalog/object.ts";
import {
  castKey,
  defaultPrivilegesKey,
  keyOf,
  signatureKey,
  transformKey,
  userMappingKey,
} from "../../catalog/object.ts";
import type * as Routines from "../../catalog/routines.ts";
import type { Collector } from "./collector.ts";
import { addSimple, global, inSchema, nameOf, path, plain } from "./collector.ts";

const signature = ({ types }: Routines.Signature): string => `(${types.join(", ")})`;

export const addRoutines = (into: Collector, catalog: Catalog): void => {
  for (const routine of catalog.routines) {
    const key = signatureKey("routine", routine, routine.types);
    into.add("routine", key, plain(routine));
    const noun = routine.kind === "procedure" ? "PROCEDURE" : "FUNCTION";
    into.attributes("routine", key, `${noun} ${path(routine)}${signature(routine)}`, routine, routine.schema);
  }
  for (const aggregate of catalog.aggregates) {
    const key = signatureKey("routine", aggregate, aggregate.types);
    into.add("aggregate", key, plain(aggregate));
    const subject = `AGGREGATE ${path(aggregate)}(${aggregate.arguments === "" ? "*" : aggregate.arguments})`;
    into.attributes("aggregate", key, subject, aggregate, aggregate.schema);
  }
};

const operatorPath = ({ schema, name }: ObjectName): string => `${nameOf(schema)}.${name}`;

const operatorKey = (operator: ObjectName & { readonly left?: string; readonly right: string }): ObjectKey =>
  signatureKey("operator", operator, [operator.left ?? "NONE", operator.right]);

export const addRest = (into: Collector, catalog: Catalog): void => {
  addSimple(into, "language", catalog.languages, global("language", "LANGUAGE"));
  addSimple(into, "access method", catalog.accessMethods, global("access method", "ACCESS METHOD"));
  addSimple(into, "collation", catalog.collations, inSchema("collation", "COLLATION"));
  // One without a function was only named, as another's commutator or negator, and is there again with that one.
  const defined = catalog.operators.filter((one) => one.function !== undefined);
  addSimple(into, "operator", defined, (one) => ({
    key: operatorKey(one),
    subject: `OPERATOR ${operatorPath(one)} (${one.left ?? "NONE"}, ${one.right})`,
  }));
  addSimple(into, "operator family", catalog.operatorFamilies, (one) => ({
    key: `${keyOf("operator family", one)} USING ${one.method}`,
    subject: `OPERATOR FAMILY ${path(one)} USING ${nameOf(one.method)}`,
  }));
  addSimple(into, "operator class", catalog.operatorClasses, (one) => ({
    key: `${keyOf("operator class", one)} USING ${one.method}`,
    subject: `OPERATOR CLASS ${path(one)} USING ${nameOf(one.method)}`,
  }));
  addSimple(into, "cast", catalog.casts, ({ source, target }) => ({
    key: castKey(source, target),
    subject: `CAST (${source} AS ${target})`,
  }));
  addSimple(into, "transform", catalog.transforms, ({ type, language }) => ({
    key: transformKey(type, language),
    subject: `TRANSFORM FOR ${type} LANGUAGE ${nameOf(language)}`,
  }));
  addSimple(into, "conversion", catalog.conversions, inSchema("conversion", "CONVERSION"));
  addSimple(into, "statistics", catalog.statistics, inSchema("statistics", "STATISTICS"));
  addSimple(
    into,
    "text search parser",
    catalog.textSearchParsers,
    inSchema("text search parser", "TEXT SEARCH PARSER"),
  );
  addSimple(
    into,
    "text search template",
    catalog.textSearchTemplates,
    inSchema("text search template", "TEXT SEARCH TEMPLATE"),
  );
  addSimple(
    into,
    "text search dictionary",
    catalog.textSearchDictionaries,
    inSchema("text search dictionary", "TEXT SEARCH DICTIONARY"),
  );
  addSimple(
    into,
    "text search configuration",
    catalog.textSearchConfigurations,
    inSchema("text search configuration", "TEXT SEARCH CONFIGURATION"),
  );
  addSimple(
    into,
    "foreign-data wrapper",
    catalog.foreignDataWrappers,
    global("foreign-data wrapper", "FOREIGN DATA WRAPPER"),
  );
  addSimple(into, "server", catalog.servers, global("server", "SERVER"));
  addSimple(into, "user mapping", catalog.userMappings, ({ server, user }) => ({
    key: userMappingKey(user, server),
    subject: `USER MAPPING FOR ${nameOf(user)} SERVER ${nameOf(server)}`,
  }));
  addSimple(into, "publication", catalog.publications, global("publication", "PUBLICATION"));
  addSimple(into, "event trigger", catalog.eventTriggers, global("event trigger", "EVENT TRIGGER"));
  for (const one of catalog.defaultPrivileges)
    into.add("default privileges", defaultPrivilegesKey(one.role, one.schema, one.objects), one);
};
