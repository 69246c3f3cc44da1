// How each runner sends a file to the server: statement by statement, or as one text, which the server runs as one transaction.
import type { Tool, Way, Wrapping } from "../migrations/model.ts";

const sendsSingly: ReadonlySet<Tool> = new Set(["plain", "goose", "flyway", "sql-migrate", "drizzle"]);

/** Several statements in one message are one transaction, whatever the runner asks for. */
export const isOneMessage = (tool: Tool): boolean => !sendsSingly.has(tool);

/** What is around the statements in truth. */
export const wrappingOf = (tool: Tool, { wrapping, statements }: Way): Wrapping =>
  isOneMessage(tool) && statements.length > 1 ? "whole" : wrapping;
