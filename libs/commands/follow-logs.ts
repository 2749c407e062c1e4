/** `logs` in circusctl: the last lines, then those that come. */
import type { LogPiece, LogReply, LogSource } from '#libs/protocol';
import type { ClientSide } from './client-side.ts';
import type { CommandLine } from './command.ts';
import { type LogFilter, readLogFilter } from './log-filter.ts';
import { LogFollower } from './log-follower.ts';
import {
  inOrder,
  type LogLine,
  lastOfEach,
  logLineAsJson,
  logLines,
  printLogLine,
} from './log-lines.ts';

/** The last lines. */
export async function showLogs(line: CommandLine, side: ClientSide): Promise<void> {
  const filter = readLogFilter(line);
  const reply = await side.call('logs', { ...filter.properties, follow: false });
  const { sources, logs } = reply as unknown as LogReply;
  tellNotes(sources, side);
  show(lastLines(logs, filter), filter, side);
}

/** The last lines and what comes, until interrupted. */
export async function followLogs(line: CommandLine, side: ClientSide): Promise<void> {
  const filter = readLogFilter(line);
  const { properties, isMeant } = filter;
  const follower = new LogFollower(
    side,
    { names: line.words, properties, isMeant },
    {
      begin({ logs, sources }, isFirst) {
        if (isFirst) tellNotes(sources, side);
        else side.writeNote(restarted);
        // Of a circusd that was started again all is new but what files have kept.
        const fresh = isFirst ? logs : logs.filter(({ time }) => time !== null);
        show(lastLines(fresh, filter), filter, side);
      },
      piece: (piece) => show(logLines([piece]), filter, side),
      gap: (piece, missing) => tellGap(piece, missing, side),
    },
  );
  await follower.run();
}

const restarted = 'circusd was started again; what its processes wrote meanwhile may be missing';

function tellGap({ watcher, stream }: LogPiece, missing: number, side: ClientSide): void {
  if (side.wantsJson) side.writeLine(JSON.stringify({ watcher, stream, missing }));
  const what = stream === null ? watcher : `${watcher} ${stream}`;
  side.writeNote(`${missing} bytes of ${what} are missing here: they came too fast`);
}

function lastLines(pieces: readonly LogPiece[], filter: LogFilter): LogLine[] {
  const { expression, count } = filter;
  const lines = inOrder(logLines(pieces.filter((piece) => filter.isMeant(piece))));
  const meant = lines.filter(({ message }) => expression?.test(message) ?? true);
  return lastOfEach(meant, count);
}

function show(lines: readonly LogLine[], { expression }: LogFilter, side: ClientSide): void {
  for (const line of lines) {
    if (expression !== undefined && !expression.test(line.message)) continue;
    side.writeLine(side.wantsJson ? logLineAsJson(line) : printLogLine(line, side));
  }
}

/** What is not recorded of which watchers. */
function tellNotes(sources: readonly LogSource[], { writeNote }: ClientSide): void {
  const watchers = new Map<string, Set<string>>();
  for (const { note, watcher } of sources) {
    if (note !== null) watchers.set(note, (watchers.get(note) ?? new Set()).add(watcher));
  }
  for (const [note, names] of watchers) writeNote(`${[...names].join(', ')}: ${note}`);
}
