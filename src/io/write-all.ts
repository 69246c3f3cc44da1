// Writing results to standard output and error: whole, however slowly they are read.

const isClosedPipe = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === "EPIPE";

/**
 * Writes all of a text; a reader that went away is no error. Throws a Fault (`world.output`) when the text cannot be
 * written whole. Imports nothing up front: `--version` comes through here.
 */
export const writeAll = async (stream: "stdout" | "stderr", value: string): Promise<void> => {
  if (value === "") return;
  try {
    // Bun.write begins anew after a partial write to a pipe that does not block, as pipes are once process.stdout was touched.
    const sink = (stream === "stdout" ? Bun.stdout : Bun.stderr).writer();
    await sink.write(value);
    await sink.end();
  } catch (error) {
    if (isClosedPipe(error)) return;
    const { outputFault } = await import("./output-fault.ts");
    throw outputFault(stream === "stdout" ? "to standard output" : "to standard error", error);
  }
};
