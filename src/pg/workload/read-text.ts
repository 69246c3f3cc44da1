// A workload from a file's text: a PostgreSQL log where it looks like one, else SQL statements.
import type { ParseSql } from "../tree.ts";
import type { Workload } from "./model.ts";
import { workloadOfFile } from "./read-file.ts";
import { logFormatOf, workloadOfLog } from "./read-log.ts";

export const workloadOfText = (path: string, text: string, parse: ParseSql): Workload => {
  const format = /\.sql$/i.test(path) ? undefined : logFormatOf(text);
  return format === undefined ? workloadOfFile(path, text, parse) : workloadOfLog(path, text, format, parse);
};
