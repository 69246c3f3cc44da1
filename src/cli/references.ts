// The bundled references, one line each: embedded as text, provided like those of any plugin.
import apiDesignPatterns from "../../references/api_design_patterns.md" with { type: "text" };
import backendSecurityPractices from "../../references/backend_security_practices.md" with { type: "text" };
import compositionMap from "../../references/composition_map.md" with { type: "text" };
import databaseOptimizationGuide from "../../references/database_optimization_guide.md" with { type: "text" };
import forcingQuestions from "../../references/forcing_questions.md" with { type: "text" };
import loadTesting from "../../references/load_testing.md" with { type: "text" };
import type { ReferencePlugin } from "../sdk.ts";

const reference = (topic: string, markdown: string): ReferencePlugin => ({ kind: "reference", topic, markdown });

export const references: readonly ReferencePlugin[] = [
  reference("api_design_patterns", apiDesignPatterns),
  reference("database_optimization_guide", databaseOptimizationGuide),
  reference("backend_security_practices", backendSecurityPractices),
  reference("load_testing", loadTesting),
  reference("forcing_questions", forcingQuestions),
  reference("composition_map", compositionMap),
];
