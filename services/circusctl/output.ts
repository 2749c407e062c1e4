/** Writing for people and pipes. Pipes, files and terminals are written to synchronously on Linux. */

/** Ends the process quietly when whoever read its output has gone: `circusctl listen | head -1`. */
export function guardOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exit(error.code === 'EPIPE' ? 0 : 1);
    });
  }
}

/** One line on standard output, at once. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line on standard error. */
export function writeError(line: string): void {
  process.stderr.write(`${line}\n`);
}
