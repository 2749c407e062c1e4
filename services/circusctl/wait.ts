/** `--wait`: a command is done when its watchers can be seen to be where it sends them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CircusClient } from '#libs/client';
import { NotReachedError } from './mistakes.ts';
import { ProgressLine } from './progress-line.ts';
import { type RecentEvent, readEvents, topicOf } from './recent-events.ts';
import { isReached, isThere, type WaitPlan } from './wait-goal.ts';
import { describeSight, lookAtWatchers, type WatcherSight } from './watcher-sight.ts';

const lookEveryMs = 200;
/** A process that has crashed so often that it is kept waiting this long will not get there soon. */
const hopelessBackoffSeconds = 1;

/** Where to begin: events before the command are not its doing. */
export async function markEvents(client: CircusClient): Promise<number> {
  return (await readEvents(client, Number.MAX_SAFE_INTEGER)).newest;
}

/**
 * Looks until the goal is reached, with progress on a terminal.
 *
 * @throws NotReachedError it cannot be reached any more, or not by `deadline`
 * @throws TimeoutError the daemon does not answer any longer
 */
export async function waitUntilReached(
  client: CircusClient,
  plan: WaitPlan,
  { since, deadline }: { since: number; deadline: number },
): Promise<void> {
  const progress = new ProgressLine();
  try {
    while (true) {
      const sights = await lookAtWatchers(client, plan.isWanted);
      if (isReached(plan.goal, sights)) return;
      const { events } = await readEvents(client, since);
      const obstacle = findObstacle(plan, sights, events);
      if (obstacle !== undefined) throw new NotReachedError(obstacle);
      if (Date.now() >= deadline) throw tooLate(plan, sights);
      progress.show(progressText(plan, sights));
      await delay(Math.min(lookEveryMs, Math.max(0, deadline - Date.now())));
    }
  } finally {
    progress.hide();
  }
}

/** `waiting for active, 1/3: web is starting, 2 of 3 processes; ...` */
export function progressText(
  { goal }: Pick<WaitPlan, 'goal'>,
  sights: readonly WatcherSight[],
): string {
  const missing = sights.filter((sight) => !isThere(goal, sight));
  const there = sights.length - missing.length;
  return `waiting for ${goal}, ${there}/${sights.length}: ${missing.map(describeSight).join('; ')}`;
}

/** Why it will not come to it; `undefined` while it may. */
function findObstacle(
  { goal, isEndedByStop }: WaitPlan,
  sights: readonly WatcherSight[],
  events: readonly RecentEvent[],
): string | undefined {
  if (sights.length === 0) return 'no such watcher is there any more';
  if (goal === 'stopped' || goal === 'gone' || goal === 'stopping') return undefined;
  for (const sight of sights.filter((one) => !isThere(goal, one))) {
    const own = events.filter(({ watcher }) => watcher === topicOf(sight.name));
    if (sight.status === 'stopped' && isEndedByStop) {
      return describeSight({ ...sight, trouble: sight.trouble ?? failureOf(own) });
    }
    const crash = own.find(
      ({ event, payload }) =>
        event === 'reap' && Number(payload['backoff']) >= hopelessBackoffSeconds,
    );
    if (crash !== undefined) return `${sight.name} keeps dying: ${describeEnd(crash)}`;
  }
  return undefined;
}

function failureOf(events: readonly RecentEvent[]): string | undefined {
  const failure = events.findLast(({ event }) => event === 'spawn_failed');
  return failure === undefined ? undefined : String(failure.payload['reason']);
}

function describeEnd({ payload }: RecentEvent): string {
  const { process_pid: pid, exit_code: code, backoff } = payload;
  const how = Number(code) < 0 ? `was killed by signal ${-Number(code)}` : `exited with ${code}`;
  return `process ${pid} ${how}, the next one starts ${Number(backoff).toFixed(1)} s later`;
}

function tooLate({ goal }: WaitPlan, sights: readonly WatcherSight[]): NotReachedError {
  const missing = sights.filter((sight) => !isThere(goal, sight));
  const lines = missing.map((sight) => `  ${describeSight(sight)}`);
  const text = `Timed out.\n\nNot ${goal} in time:\n${lines.join('\n')}\nA higher --timeout waits longer.`;
  return new NotReachedError(text, { isTimeout: true });
}
