// Every bundled reporter, one line each.
import type { Reporter } from "../kernel/report.ts";
import { csv } from "./csv.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { htmlReporter } from "./html.ts";
import { human } from "./human.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { sarif } from "./sarif.ts";

export const reporters: readonly Reporter[] = [human, json, markdown, junit, github, gitlab, sarif, csv, htmlReporter];
