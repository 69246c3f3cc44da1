// One writer for each kind of part.
import type { Kind } from "../part.ts";
import { commentWriter, defaultPrivilegesWriter, grantsWriter, ownerWriter } from "./attributes.ts";
import { columnWriter, defaultWriter } from "./columns.ts";
import { constraintWriter } from "./constraints.ts";
import { indexWriter } from "./indexes.ts";
import * as routines from "./routines.ts";
import { publicationWriter } from "./publications.ts";
import { ownedByWriter, sequenceWriter } from "./sequences.ts";
import * as services from "./services.ts";
import * as search from "./text-search.ts";
import { inheritanceWriter, partitionWriter, tableWriter } from "./tables.ts";
import * as types from "./types.ts";
import { policyWriter, ruleWriter, statisticsWriter, triggerWriter, viewWriter } from "./views.ts";
import type { Writer } from "./writer.ts";

export const writers = {
  schema: services.schemaWriter,
  extension: services.extensionWriter,
  language: routines.languageWriter,
  "access method": routines.accessMethodWriter,
  collation: types.collationWriter,
  enum: types.enumWriter,
  domain: types.domainWriter,
  "domain constraint": types.domainConstraintWriter,
  composite: types.compositeWriter,
  range: types.rangeWriter,
  "base type": types.baseTypeWriter,
  "type shell": types.shellWriter,
  sequence: sequenceWriter,
  "owned by": ownedByWriter,
  table: tableWriter,
  partition: partitionWriter,
  inheritance: inheritanceWriter,
  column: columnWriter,
  default: defaultWriter,
  constraint: constraintWriter,
  index: indexWriter,
  view: viewWriter,
  routine: routines.routineWriter,
  aggregate: routines.aggregateWriter,
  operator: routines.operatorWriter,
  "operator family": routines.operatorFamilyWriter,
  "operator class": routines.operatorClassWriter,
  cast: routines.castWriter,
  transform: routines.transformWriter,
  conversion: routines.conversionWriter,
  trigger: triggerWriter,
  rule: ruleWriter,
  policy: policyWriter,
  statistics: statisticsWriter,
  "text search parser": search.parserWriter,
  "text search template": search.templateWriter,
  "text search dictionary": search.dictionaryWriter,
  "text search configuration": search.configurationWriter,
  "foreign-data wrapper": services.wrapperWriter,
  server: services.serverWriter,
  "user mapping": services.userMappingWriter,
  publication: publicationWriter,
  "event trigger": routines.eventTriggerWriter,
  "default privileges": defaultPrivilegesWriter,
  owner: ownerWriter,
  comment: commentWriter,
  grants: grantsWriter,
} satisfies { [K in Kind]: Writer<K> };

/** The writer of a kind that is known at run time only. */
export const writerOf = <K extends Kind>(kind: K): Writer<K> => writers[kind] as unknown as Writer<K>;
