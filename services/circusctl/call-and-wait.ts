/** Calls for work that takes its time: `--waiting`, and `--wait`, which looks for itself as well. */
import type { CircusClient } from '#libs/client';
import { type Command, type CommandLine, propertiesOf } from '#libs/commands';
import type { JsonObject } from '#libs/protocol';
import { callPatiently, longestWaitMs } from './patience.ts';
import { ProgressLine } from './progress-line.ts';
import type { Settings } from './settings.ts';
import { markEvents, progressText, waitUntilReached } from './wait.ts';
import { readWaitPlan, type WaitPlan } from './wait-goal.ts';
import { lookAtWatchers } from './watcher-sight.ts';

const lookEveryMs = 300;

/** As `callPatiently`, or within the time-out that was typed; with progress on a terminal. */
export async function callWithProgress(
  client: CircusClient,
  command: Command,
  line: CommandLine,
  { timeoutMs }: Pick<Settings, 'timeoutMs'>,
): Promise<JsonObject> {
  const plan = readWaitPlan(command, { ...line, flags: { ...line.flags, wait: '' } });
  const properties = { ...propertiesOf(command, line), waiting: true };
  const stop = plan === undefined ? () => undefined : showProgress(client, plan);
  try {
    return await (timeoutMs === undefined
      ? callPatiently(client, command.name, properties)
      : client.call(command.name, properties));
  } finally {
    stop();
  }
}

/**
 * `--wait`: sends the command, for its end unless a state in between is wanted, and looks until the
 * watchers are there. Gives the reply; of `status` a new one.
 *
 * @throws ReplyError, TimeoutError, NotReachedError, UsageError
 */
export async function callAndWait(
  client: CircusClient,
  command: Command,
  line: CommandLine,
  settings: Settings,
): Promise<JsonObject> {
  const plan = readWaitPlan(command, line);
  if (plan === undefined) return await client.call(command.name, propertiesOf(command, line));
  const deadline = Date.now() + (settings.timeoutMs ?? longestWaitMs);
  const since = await markEvents(client);
  const reply =
    command.canWait && plan.isFinal
      ? await callWithProgress(client, command, line, settings)
      : await client.call(command.name, propertiesOf(command, line));
  await waitUntilReached(client, plan, { since, deadline });
  return command.canWait ? reply : await client.call(command.name, propertiesOf(command, line));
}

/** Only looked for where it is seen. What goes wrong with looking, the call itself meets too. */
function showProgress(client: CircusClient, plan: WaitPlan): () => void {
  const line = new ProgressLine();
  if (!line.isSeen) return () => undefined;
  let isOver = false;
  const timer = setInterval(() => {
    lookAtWatchers(client, plan.isWanted)
      .then((sights) => {
        if (!isOver) line.show(progressText(plan, sights));
      })
      .catch(() => undefined);
  }, lookEveryMs);
  return () => {
    isOver = true;
    clearInterval(timer);
    line.hide();
  };
}
