/** `--check`: runs a plugin against a scripted daemon, and says what it did wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import { firstPid, watcherNames } from './scripted-controller.ts';
import { ScriptedDaemon } from './scripted-daemon.ts';
import { type Ending, Subject } from './subject.ts';

/** One thing that a plugin has to do. */
interface Finding {
  readonly what: string;
  /** What was wrong; undefined: nothing. */
  readonly problem: string | undefined;
}

/** How long each step may take. Milliseconds. */
const patienceMs = 10_000;

/** circusd is not to be asked more often than this for long. Requests a second. */
const mostRequests = 1_000;

const flood = 5_000;

/**
 * Runs a command as circusd runs a plugin: it is told of events, of a gap in them, of very many, loses
 * its daemon and gets a new one, and is asked to end.
 *
 * @param config - what CIRCUS_PLUGIN_CONFIG holds
 * @param onFinding - told of each as soon as it is known
 * @returns whether nothing was wrong
 */
export async function checkPlugin(
  command: string,
  config: Readonly<Record<string, string>>,
  onFinding: (finding: Finding) => void,
): Promise<boolean> {
  const first = await ScriptedDaemon.start();
  const { endpoint, pubsub } = first;
  const begin = performance.now();
  const subject = new Subject(command, {
    CIRCUS_ENDPOINT: endpoint,
    CIRCUS_PUBSUB_ENDPOINT: pubsub,
    CIRCUS_PLUGIN_NAME: 'check',
    CIRCUS_PLUGIN_CONFIG: JSON.stringify(config),
  });
  let isRight = true;
  const find = (what: string, problem: string | undefined): void => {
    isRight &&= problem === undefined;
    onFinding({ what, problem });
  };
  let daemon = first;
  try {
    find('it listens to events, or sends commands', await awaitContact(subject, daemon));
    const listens = daemon.topics.size > 0;
    const hears = daemon.isSubscribedTo('watcher.web.spawn');
    if (listens) find('it subscribes to topics that there are', topicProblem(daemon));
    if (subject.ending !== undefined) return isRight;
    await publishAll(daemon);
    find('it bears events of every kind, and names with dots and spaces', diedProblem(subject));
    if (subject.ending !== undefined) return false;
    daemon.loseEvents(100);
    for (let count = 0; count < flood; count += 1) await daemon.publish('web', 'updated');
    await sleep(500);
    find(`it bears a gap and ${flood} events at once`, diedProblem(subject));
    const requests = daemon.requestCount / ((performance.now() - begin) / 1_000);
    find('it does not flood circusd with commands', floodProblem(requests));
    find('every command is one that circusd understands', requestProblem(daemon));
    if (subject.ending !== undefined) return false;
    daemon.close();
    await sleep(500);
    daemon = await ScriptedDaemon.start({ endpoint, pubsub });
    if (hears) find('it comes back when circusd does', await awaitReturn(subject, daemon));
    subject.terminate();
    find('it ends within 5 s of SIGTERM', await endProblem(subject));
    find('it leaves nothing behind', subject.isAlive ? 'processes of it are left' : undefined);
    return isRight;
  } finally {
    subject.kill();
    daemon.close();
  }
}

async function publishAll(daemon: ScriptedDaemon): Promise<void> {
  for (const [place, name] of watcherNames.entries()) {
    const process_pid = firstPid + place;
    await daemon.publish(name, 'spawn', { process_pid, process_id: 1, wid: 1 });
    await daemon.publish(name, 'start');
    await daemon.publish(name, 'reap', { process_pid, exit_code: null, wid: 1, backoff: 0 });
    await daemon.publish(name, 'spawn_failed', { wid: 1, reason: 'no such file', permanent: true });
    await daemon.publish(name, 'hook_failure', { name: 'before_start', error: 'no' });
    await daemon.publish(name, 'stop');
  }
  await sleep(500);
}

async function awaitContact(subject: Subject, daemon: ScriptedDaemon): Promise<string | undefined> {
  const hasMade = (): boolean => daemon.topics.size > 0 || daemon.requestCount > 0;
  if (await waitFor(subject, hasMade)) return undefined;
  return diedProblem(subject) ?? `nothing was heard of it in ${patienceMs / 1_000} s`;
}

function topicProblem(daemon: ScriptedDaemon): string | undefined {
  if (daemon.isSubscribedTo('watcher.web.spawn')) return undefined;
  const topics = [...daemon.topics].map((topic) => JSON.stringify(topic)).join(', ');
  return `no event begins with ${topics}: "watcher." is the beginning of all`;
}

function diedProblem({ ending, lastWords }: Subject): string | undefined {
  return ending && `it has ended with ${describe(ending)}: ${lastWords}`;
}

function floodProblem(rate: number): string | undefined {
  if (rate <= mostRequests) return undefined;
  return `it has sent ${Math.round(rate)} commands a second`;
}

function requestProblem({ badRequests }: ScriptedDaemon): string | undefined {
  const [bad] = badRequests;
  if (bad === undefined) return undefined;
  const more = badRequests.length === 1 ? '' : `, and ${badRequests.length - 1} more`;
  return `${bad.what}: ${bad.why}${more}`;
}

async function awaitReturn(subject: Subject, daemon: ScriptedDaemon): Promise<string | undefined> {
  if (await waitFor(subject, () => daemon.isSubscribedTo('watcher.web.spawn'))) return undefined;
  const silent = `it has not subscribed again within ${patienceMs / 1_000} s`;
  return diedProblem(subject) ?? silent;
}

async function endProblem(subject: Subject): Promise<string | undefined> {
  const ending = await Promise.race([subject.ended, sleep(5_000, undefined, { ref: false })]);
  if (ending === undefined) return 'it still runs: circusd would kill it after graceful_timeout';
  if (ending.code === 0 || ending.signal === 'SIGTERM') return undefined;
  return `it has ended with ${describe(ending)}: ${subject.lastWords}`;
}

async function waitFor(subject: Subject, condition: () => boolean): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > end || subject.ending !== undefined) return false;
    await sleep(20);
  }
  return true;
}

function describe({ code, signal }: Ending): string {
  return signal === null ? `exit code ${code}` : signal;
}
