// The program: argument vector in, text and exit status out. Only this file writes results to standard output.
import { build } from "./io/build.ts";
import { writeAll } from "./io/write-all.ts";

const versionText = (argv: readonly string[]): string | undefined => {
  if (argv[0] !== "--version" && argv[0] !== "-V") return undefined;
  return argv.includes("--json")
    ? `${JSON.stringify(build, null, 2)}\n`
    : `senior ${build.version} (${build.commit}, ${build.target}, bun ${build.bun})\n`;
};

const main = async (argv: readonly string[]): Promise<number> => {
  const version = versionText(argv);
  if (version !== undefined) {
    await writeAll("stdout", version);
    return 0;
  }
  const [{ runSenior }, { loadRegistry }, { translate }, { processIo, watchSignals }] = await Promise.all([
    import("./cli/run.ts"),
    import("./builtin.ts"),
    import("./cli/aliases.ts"),
    import("./io/process.ts"),
  ]);
  const outcome = await runSenior(translate(process.argv0, argv), processIo(watchSignals()), loadRegistry);
  await writeAll("stderr", outcome.stderr);
  await writeAll("stdout", outcome.stdout);
  return outcome.exit;
};

/** The last resort: output that cannot be written. Everything else became an Outcome long before. */
const fail = async (error: unknown): Promise<number> => {
  const { faultReport, faultText } = await import("./cli/fault-text.ts");
  const look = { color: false, unicode: false, width: 120, verbose: false };
  await writeAll("stderr", faultText(error, undefined, look)).catch(() => undefined);
  return faultReport(error, "").exit;
};

process.exit(await main(process.argv.slice(2)).catch(fail));
