/** `status --watch`: drawn again each second on a terminal, a line a change everywhere else. */
import { setTimeout as delay } from 'node:timers/promises';
import { type CircusClient, TimeoutError } from '#libs/client';
import type { JsonObject } from '#libs/protocol';
import type { Look } from './look.ts';
import { writeLine } from './output.ts';
import { drawStatus } from './status-table.ts';
import { lookAtWatchers } from './watcher-sight.ts';

const drawEveryMs = 1000;
const lookEveryMs = 250;
const fromTop = '\u001b[H';
const clearRight = '\u001b[K';
const clearBelow = '\u001b[J';
const alternateScreen = '\u001b[?1049h\u001b[?25l';
const usualScreen = '\u001b[?1049l\u001b[?25h';

/** What is watched, and how it is shown. */
interface Watch {
  /** One watcher, by its lower-cased name; all without it. */
  readonly name: string | undefined;
  readonly look: Look;
  readonly wantsJson: boolean;
  /** Ends it; the usual end. */
  readonly stopped: AbortSignal;
}

/**
 * Resolves when stopped. A daemon that goes away later is waited for.
 *
 * @throws TimeoutError it is not there at the beginning
 */
export async function watchStatus(client: CircusClient, watch: Watch): Promise<void> {
  if (process.stdout.isTTY && !watch.wantsJson) await drawAgain(client, watch);
  else await printChanges(client, watch);
}

async function drawAgain(client: CircusClient, { name, look, stopped }: Watch): Promise<void> {
  await lookAtWatchers(client);
  process.stdout.write(alternateScreen);
  const restore = () => process.stdout.write(usualScreen);
  // SIGTERM by itself would leave the other screen, without a cursor.
  const end = () => process.exit(1);
  process.once('exit', restore).once('SIGTERM', end);
  try {
    while (!stopped.aborted) {
      const text = await describeNow(client, name, look);
      if (stopped.aborted) break;
      const width = process.stdout.columns || 80;
      const lines = [`circusctl status, ${timeOfDay()}, Ctrl-C ends`, '', ...text.split('\n')];
      const room = Math.max(3, process.stdout.rows || 24);
      const screen = fitLines(lines, room).map((line) => `${line}${clearRight}`);
      process.stdout.write(`${fromTop}${screen.join('\r\n')}${clearBelow}`);
      await pause(drawEveryMs, stopped);
      if (width !== process.stdout.columns) process.stdout.write(clearBelow);
    }
  } finally {
    process.off('exit', restore).off('SIGTERM', end);
    restore();
  }
}

function fitLines(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines;
  return [...lines.slice(0, room - 1), `... ${lines.length - room + 1} more`];
}

async function describeNow(
  client: CircusClient,
  name: string | undefined,
  look: Look,
): Promise<string> {
  try {
    const wanted = (key: string) => name === undefined || key === name;
    const width = process.stdout.columns || 80;
    return drawStatus(await lookAtWatchers(client, wanted), { ...look, width });
  } catch (error) {
    if (error instanceof TimeoutError) return `circusd does not answer at ${client.endpoint}`;
    throw error;
  }
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}

/** `name: state` as `status` prints it, first all, then what changes; `removed` for what has gone. */
async function printChanges(client: CircusClient, watch: Watch): Promise<void> {
  let before = new Map<string, string>();
  let isFirst = true;
  while (!watch.stopped.aborted) {
    const now = await readStates(client, watch.name, isFirst);
    if (now !== undefined && !watch.stopped.aborted) {
      for (const [name, state] of changes(before, now)) print(name, state, watch);
      before = now;
    }
    isFirst = false;
    await pause(lookEveryMs, watch.stopped);
  }
}

async function readStates(
  client: CircusClient,
  name: string | undefined,
  isFirst: boolean,
): Promise<Map<string, string> | undefined> {
  try {
    const { statuses } = await client.call('status');
    const entries = Object.entries(Object(statuses) as JsonObject).sort();
    const wanted = entries.filter(([key]) => name === undefined || key.toLowerCase() === name);
    return new Map(wanted.map(([key, state]) => [key, String(state)]));
  } catch (error) {
    if (error instanceof TimeoutError && !isFirst) return undefined;
    throw error;
  }
}

function changes(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>) {
  const changed = [...now].filter(([name, state]) => before.get(name) !== state);
  const gone = [...before.keys()].filter((name) => !now.has(name));
  return [...changed, ...gone.map((name) => [name, 'removed'] as const)];
}

function print(name: string, state: string, { wantsJson }: Watch): void {
  writeLine(wantsJson ? JSON.stringify({ name, status: state }) : `${name}: ${state}`);
}

async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stopped }).catch(() => undefined);
}
