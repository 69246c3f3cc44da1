// Where the parts of a divided load run: a Kubernetes Indexed Job and a GitHub Actions matrix, as text.
import { canonicalJson } from "../kernel/json.ts";

export interface Division {
  readonly shards: number;
  readonly name: string;
  /** The words after `senior load`. */
  readonly words: readonly string[];
}

/** A YAML double-quoted scalar is a JSON string. */
const quoted = (value: string): string => canonicalJson(value);

/** A word as a POSIX shell takes it, whatever is in it. */
const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** All pods begin at one time, however long the cluster takes to start them. */
export const indexedJob = (
  { shards, name, words }: Division,
  image: string,
  startAt: string,
): string => `# kubectl apply -f job.yaml && kubectl wait --for=condition=complete --timeout=1h job/${name}
# kubectl logs -l job-name=${name} --tail=-1 --max-log-requests=${shards} | senior load merge -
# All pods begin at ${startAt}: apply it before, or print it again. A pod that starts later says what it missed.
apiVersion: batch/v1
kind: Job
metadata:
  name: ${quoted(name)}
spec:
  completionMode: Indexed
  completions: ${shards}
  parallelism: ${shards}
  # A pod that ran again would send its part again.
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      # One pod to a machine where there are enough: pods that share one are each other's bottleneck.
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              job-name: ${quoted(name)}
      containers:
        - name: load
          image: ${quoted(image)}
          # JOB_COMPLETION_INDEX is set by Kubernetes.
          env:
            - name: JOB_COMPLETIONS
              value: ${quoted(String(shards))}
          args:
${["load", ...words, "--shard", "auto", "--start-at", startAt, "--json", "--fail-on", "never"].map((word) => `            - ${quoted(word)}`).join("\n")}
`;

/** A matrix of jobs, and one that merges their results and holds them to the limits. */
export const workflow = ({ shards, name, words }: Division, senior: string, startIn: string): string => {
  const numbers = Array.from({ length: shards }, (_, i) => i + 1).join(", ");
  const load = [senior, "load", ...words].map(shellWord).join(" ");
  return `# .github/workflows/${name}.yaml
# ${senior} must be on the runners: add a step that installs it. The target must be yours, and reachable from there.
name: ${quoted(name)}
on:
  workflow_dispatch:
permissions:
  contents: read
jobs:
  start:
    runs-on: ubuntu-latest
    outputs:
      at: \${{ steps.at.outputs.at }}
    steps:
      - id: at
        run: echo "at=$(( $(date +%s) + ${startIn} ))" >> "$GITHUB_OUTPUT"
  load:
    needs: start
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix:
        shard: [${numbers}]
    steps:
      - name: load
        env:
          START_AT: \${{ needs.start.outputs.at }}
          SHARD: \${{ matrix.shard }}/${shards}
        run: ${quoted(`${load} --shard "$SHARD" --start-at "$START_AT" --fail-on never --output part.json`)}
      - uses: actions/upload-artifact@v4
        with:
          name: part-\${{ matrix.shard }}
          path: part.json
  merge:
    needs: load
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with:
          pattern: part-*
      - name: merge
        run: ${quoted(`${shellWord(senior)} load merge part-*/part.json --reporter github --output report.html --output report.md`)}
      - if: always()
        run: cat report.md >> "$GITHUB_STEP_SUMMARY"
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: report
          path: report.html
`;
};
