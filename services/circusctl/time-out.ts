/** What is said when an answer did not come: where everything is, if circusd can still be asked. */
import { CircusClient, TimeoutError } from '#libs/client';
import type { Command, CommandLine } from '#libs/commands';
import type { JsonObject } from '#libs/protocol';
import { UnansweredError } from './mistakes.ts';
import { type RecentEvent, readEvents, topicOf } from './recent-events.ts';
import { describeUnreachable } from './unreachable.ts';
import { isThere, readWaitPlan } from './wait-goal.ts';
import { describeSight, lookAtWatchers, type WatcherSight } from './watcher-sight.ts';

const longestSecondLookMs = 1000;

/** Asks once more, shortly, and tells what was found. */
export async function explainTimeout(
  error: TimeoutError,
  command: Command,
  line: CommandLine,
): Promise<UnansweredError> {
  const timeoutMs = Math.min(longestSecondLookMs, error.timeoutMs);
  const client = new CircusClient(error.endpoint, { timeoutMs });
  try {
    const plan = planOf(command, line);
    const sights = await lookAtWatchers(client, plan.isWanted);
    const { events, now } = await readEvents(client, 0);
    const missing = sights.filter((sight) => !isThere(plan.goal, sight));
    const graces = await Promise.all(missing.map(({ name }) => readGrace(client, name)));
    const lines = missing.flatMap((sight, place) => {
      return describeWatcher(sight, events, now, graces[place]);
    });
    return new UnansweredError(unfinished(error, command, lines), { cause: error });
  } catch (cause) {
    if (!(cause instanceof TimeoutError)) throw cause;
    return new UnansweredError(describeUnreachable(error), { cause: error });
  } finally {
    client.close();
  }
}

function planOf(command: Command, line: CommandLine) {
  const plan = readWaitPlan(command, { ...line, flags: { ...line.flags, wait: '' } });
  return plan ?? { goal: 'settled' as const, isWanted: () => true };
}

function unfinished(
  { endpoint, timeoutMs }: TimeoutError,
  command: Command,
  lines: readonly string[],
): string {
  const found =
    lines.length === 0
      ? 'All watchers concerned are where they should be by now.'
      : `Not yet where they should be:\n${lines.join('\n')}`;
  return `Timed out.

circusd answers at ${endpoint}, but \`${command.name}\` has taken longer than ${timeoutMs / 1000} s. It goes on
all the same. ${found}
A higher --timeout waits longer${command.canWait ? '; without --waiting nothing is waited for' : ''}.`;
}

function describeWatcher(
  sight: WatcherSight,
  events: readonly RecentEvent[],
  now: number,
  graceSeconds: number | undefined,
): string[] {
  const own = events.filter(({ watcher }) => watcher === topicOf(sight.name));
  const processes = sight.pids.map((pid) => describeProcess(pid, own, now, graceSeconds));
  return [`  ${describeSight(sight)}`, ...processes.map((text) => `    ${text}`)];
}

/** By the last event that names it: it was started, or it was told to end. */
function describeProcess(
  pid: number,
  events: readonly RecentEvent[],
  now: number,
  graceSeconds: number | undefined,
): string {
  const own = events.filter(({ payload }) => payload['process_pid'] === pid);
  const kill = own.find(({ event }) => event === 'kill');
  const spawn = own.find(({ event }) => event === 'spawn');
  if (kill !== undefined) {
    const grace = graceSeconds === undefined ? '' : `, SIGKILL follows ${graceSeconds} s after it`;
    return `${pid} was told to end ${age(kill, now)} ago and has not${grace}`;
  }
  return spawn === undefined ? `${pid} still runs` : `${pid} was started ${age(spawn, now)} ago`;
}

function age({ payload }: RecentEvent, now: number): string {
  return `${Math.max(0, now - Number(payload['time'])).toFixed(1)} s`;
}

async function readGrace(client: CircusClient, name: string): Promise<number | undefined> {
  const { options } = await client
    .call('get', { name, keys: ['graceful_timeout'] })
    .catch((): JsonObject => ({}));
  const seconds = Number(Object(options)['graceful_timeout']);
  return Number.isNaN(seconds) ? undefined : seconds;
}
