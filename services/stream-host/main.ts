/**
 * Runs a stream class of the user (manual 5.9.2): circusd starts it, gives it output as lines of JSON
 * and is answered the number of each line that the class has taken.
 *
 *     stream-host <file> <class>
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { traceOf } from '#libs/protocol';
import { loadStream } from './load-stream.ts';
import { readPiece } from './read-piece.ts';

const answersFd = 1;

// What the class prints is no answer.
process.stdout.write = process.stderr.write.bind(process.stderr);
// circusd ends it by closing its input, when all is written.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const) {
  process.on(signal, () => undefined);
}

void main();

async function main(): Promise<void> {
  const [file = '', className = ''] = process.argv.slice(2);
  const options: unknown = JSON.parse(process.env['CIRCUS_STREAM_OPTIONS'] ?? '{}');
  try {
    const stream = await loadStream(pathToFileURL(file).href, className, options);
    for await (const line of createInterface({ input: process.stdin, crlfDelay: 0 })) {
      const { seq, piece } = readPiece(line);
      await stream.write(piece);
      writeSync(answersFd, `${seq}\n`);
    }
    await stream.close?.();
  } catch (error) {
    const text = traceOf(error);
    process.stderr.write(`stream class ${file}#${className}: ${text}\n`);
    process.exitCode = 1;
  }
  process.exit();
}
