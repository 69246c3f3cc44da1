// Who keeps vacuum from cleaning: the oldest snapshots and slots, in words.
import type { Live } from "./model.ts";

export interface VacuumHolder {
  readonly age: number;
  readonly text: string;
}

const spanText = (seconds: number): string =>
  seconds >= 172_800
    ? `${Math.floor(seconds / 86_400)} days`
    : seconds >= 7200
      ? `${Math.floor(seconds / 3600)} hours`
      : seconds >= 120
        ? `${Math.floor(seconds / 60)} minutes`
        : `${Math.round(seconds)} s`;

export const secondsText = spanText;

/** Oldest first. Nothing that died after the oldest of them began can be removed. */
export const vacuumHolders = ({ activity }: Pick<Live, "activity">): readonly VacuumHolder[] =>
  [
    ...activity.sessions.flatMap(({ pid, snapshotAge, transactionSeconds, state, type }) =>
      snapshotAge === undefined || type === "autovacuum worker"
        ? []
        : [
            {
              age: snapshotAge,
              text: `session ${pid}${state === undefined ? "" : ` (${state}${transactionSeconds === undefined ? "" : ` for ${spanText(transactionSeconds)}`})`}`,
            },
          ],
    ),
    ...activity.slots.flatMap(({ name, transactionAge, active }) =>
      transactionAge === undefined
        ? []
        : [{ age: transactionAge, text: `replication slot ${name}${active ? "" : " (nobody reads it)"}` }],
    ),
    ...activity.prepared.map(({ name, transactionAge, seconds }) => ({
      age: transactionAge,
      text: `prepared transaction ${name} (for ${spanText(seconds)})`,
    })),
  ].sort((a, b) => b.age - a.age || (a.text < b.text ? -1 : 1));
