// Every bundled reporter, one line each.
import type { Reporter } from "../kernel/report.ts";
import { human } from "./human.ts";
import { json } from "./json.ts";

export const reporters: readonly Reporter[] = [human, json];
