// A decision, as data: assumptions, kills, the best fit and what stands against it.
//
// It recommends and never approves: `approved` has one possible value, in this type as in the schema.
import type { AnswerKey, Answers, QuestionNumber } from "./answers.ts";
import type { Mark } from "./criteria.ts";
import type { Gap, Levels } from "./levels.ts";
import type { AntiPattern, Stack } from "./profile.ts";
import type { StopId } from "./stops.ts";

export const decisionVersion = "senior/decision/1";

/** One of the four assumptions that stand above every recommendation. */
export interface Assumption {
  readonly title: string;
  readonly question: QuestionNumber;
  readonly says: string;
  readonly known: boolean;
}

export interface TrippedKill {
  readonly id: string;
  readonly question: QuestionNumber;
  readonly why: string;
  readonly instead: string;
  readonly canon: string;
}

/** A person's word that a kill does not apply, kept with the decision. */
export interface Override {
  readonly kill: StopId;
  readonly because: string;
}

/** `tripped` is false when there was nothing to override. */
export interface RecordedOverride extends Override {
  readonly tripped: boolean;
}

/** Nobody here can give an approval: this is whom to ask. */
export interface PendingApproval {
  readonly change: string;
  readonly approvers: readonly string[];
  readonly state: "pending";
}

export interface Assessment {
  readonly profile: string;
  readonly description: string;
  readonly version: string;
  readonly origin: string;
  /** Between 0 and 1. */
  readonly score: number;
  readonly marks: readonly Mark[];
}

export interface Recommendation extends Assessment {
  readonly levels: Levels;
  readonly stacks: readonly Stack[];
  readonly antiPatterns: readonly AntiPattern[];
  readonly approvals: readonly PendingApproval[];
  readonly canon: readonly string[];
}

/** The smallest change of answers that makes another profile the choice. */
export interface Flip {
  readonly profile: string;
  readonly score: number;
  readonly changes: readonly { readonly answer: AnswerKey; readonly from: string; readonly to: string }[];
}

export interface Decision {
  readonly schema: typeof decisionVersion;
  readonly approved: false;
  readonly outcome: "recommended" | "killed" | "no-profile-fits";
  readonly assumptions: readonly Assumption[];
  readonly answers: Answers;
  readonly kills: readonly TrippedKill[];
  readonly overrides: readonly RecordedOverride[];
  readonly recommendation: Recommendation | null;
  /** Another fit whose score is within 0.15 of the recommended one. */
  readonly runnerUp: Assessment | null;
  /** When nothing fits: the profile that comes nearest. Its violated marks say why it is not recommended. */
  readonly nearest: Assessment | null;
  readonly flips: readonly Flip[];
  readonly gaps: readonly Gap[];
  /** Every profile looked at, best first; empty after a kill. */
  readonly considered: readonly Assessment[];
}
