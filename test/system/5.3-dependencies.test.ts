/** Who waits for whom: depends_on, by the clocks of the processes themselves. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type Daemon,
  fixture,
  makeFolder,
  programWords,
  python,
  run,
  startDaemon,
} from './daemon.ts';
import { until } from './until.ts';

/** One watcher of a graph. */
interface Node {
  readonly name: string;
  readonly needs: readonly string[];
  /** Seconds until it is ready, or has done its work. */
  readonly takes: number;
  readonly isOneShot?: boolean;
}

/** A chain, diamonds, one-shots with those that need them, and one that needs no more than a start. */
function drawGraph(): Node[] {
  const ready = (name: string, needs: string[], takes = 0.1): Node => ({ name, needs, takes });
  const chain = Array.from({ length: 8 }, (_, at) => {
    return ready(`chain${at}`, at === 0 ? [] : [`chain${at - 1}:ready`]);
  });
  const diamonds = [1, 2, 3].flatMap((at) => [
    ready(`top${at}`, []),
    ready(`left${at}`, [`top${at}`], 0.3),
    ready(`right${at}`, [`top${at}:ready`]),
    ready(`bottom${at}`, [`left${at}`, `right${at}:ready`]),
  ]);
  const migrations = [1, 2, 3, 4].flatMap((at): Node[] => [
    { name: `migrate${at}`, needs: [], takes: 0.2, isOneShot: true },
    ready(`app${at}`, [`migrate${at}:completed`, 'chain1:ready']),
  ]);
  const patient = [ready('slow', [], 1.5), ready('eager', ['slow:started'])];
  return [...chain, ...diamonds, ...migrations, ...patient];
}

function sectionOf(node: Node, worker: string, log: string): string {
  const { name, needs, takes, isOneShot = false } = node;
  const words = isOneShot ? `--ends ${takes}` : `--after ${takes} --say notify --stops 0.05`;
  return `[watcher:${name}]
cmd = ${python} ${worker} --name ${name} --log ${log} ${words}
depends_on = ${needs.join(', ')}
${isOneShot ? 'respawn = False' : 'readiness = notify'}
`;
}

/** Seconds of `name event`, by the process's own clock. */
function readTimes(log: string): Map<string, number> {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
  return new Map(
    lines.map((line) => {
      const [name, event, , seconds] = line.split(' ');
      return [`${name} ${event}`, Number(seconds)];
    }),
  );
}

const eventOf: Readonly<Record<string, string>> = { ready: 'ready', completed: 'end' };

test('30 watchers start in order, side by side where they can, and end in reverse', async (t) => {
  const folder = makeFolder(t);
  const worker = fixture(folder, 'ready_worker.py');
  const log = join(folder, 'out', 'log');
  const nodes = drawGraph();
  assert.equal(nodes.length, 30);
  const sections = nodes.map((node) => sectionOf(node, worker, log)).join('\n');
  const daemon = await startDaemon(t, sections, { folder });
  const wanted = (name: string): string => (name.startsWith('migrate') ? 'stopped' : 'active');
  await until(
    'all are where they should be',
    async () => {
      const { statuses } = await daemon.call('status');
      return Object.entries(statuses as Record<string, string>);
    },
    (states) => states.every(([name, state]) => state === wanted(name)),
    40_000,
  );
  const started = readTimes(log);
  const at = (what: string, times = started): number => {
    const time = times.get(what);
    assert.ok(time !== undefined, `${what} has happened`);
    return time;
  };
  for (const { name, needs } of nodes) {
    for (const need of needs) {
      const [other = '', condition = 'ready'] = need.split(':');
      const event = eventOf[condition];
      if (event === undefined) continue;
      assert.ok(at(`${other} ${event}`) <= at(`${name} start`), `${name} waits for ${need}`);
    }
  }
  assert.ok(at('eager start') < at('slow ready'), 'started is enough for it');
  const lasts = (name: string): number => {
    return at(`${name} ${name.startsWith('migrate') ? 'end' : 'ready'}`) - at(`${name} start`);
  };
  const all = nodes.reduce((sum, { name }) => sum + lasts(name), 0);
  const begin = Math.min(...nodes.map(({ name }) => at(`${name} start`)));
  const end = Math.max(
    ...nodes.map(({ name, isOneShot }) => at(`${name} ${isOneShot ? 'end' : 'ready'}`)),
  );
  const took = (end - begin).toFixed(2);
  t.diagnostic(`${took} s in all; one after another ${all.toFixed(2)} s of work alone`);
  assert.ok(end - begin < all, 'what does not depend on each other starts side by side');

  await daemon.stop();
  const ended = readTimes(log);
  for (const { name, needs, isOneShot } of nodes) {
    if (isOneShot) continue;
    for (const need of needs) {
      const [other = ''] = need.split(':');
      if (other.startsWith('migrate')) continue;
      assert.ok(
        at(`${name} end`, ended) <= at(`${other} stop`, ended),
        `${name} ends before ${other}`,
      );
    }
  }
});

/** `db`, which is ready while a file is there, and who needs it. */
async function startPair(t: TestContext, options = ''): Promise<{ daemon: Daemon; flag: string }> {
  const folder = makeFolder(t);
  const flag = join(folder, 'out', 'flag');
  const daemon = await startDaemon(
    t,
    `[watcher:db]
cmd = sleep 100
readiness = exec
readiness_target = test -e ${flag}
readiness_interval = 0.05
[watcher:app]
cmd = sleep 100
depends_on = db
${options}`,
    { folder },
  );
  return { daemon, flag };
}

async function troubleOf(daemon: Daemon, name: string, wanted: RegExp): Promise<void> {
  await until(
    `trouble ${wanted} of ${name}`,
    async () => String((await daemon.call('status', { name }))['trouble']),
    (text) => wanted.test(text),
  );
}

test('status tells what a watcher waits for, and a stop ends its wait', async (t) => {
  const { daemon, flag } = await startPair(t);
  await troubleOf(daemon, 'app', /^waits for db: ready \(it is starting\)$/);
  assert.equal(await daemon.status('app'), 'starting');
  assert.deepEqual(await daemon.pids('app'), []);
  await daemon.call('stop', { name: 'app', waiting: true });
  const started = daemon.call('start', { name: 'app', waiting: true });
  writeFileSync(flag, '');
  await started;
  assert.deepEqual([await daemon.status('db'), await daemon.status('app')], ['active', 'active']);
});

test('a dependency that dies leaves those that run alone; new ones wait until it is back', async (t) => {
  const { daemon, flag } = await startPair(
    t,
    '[watcher:late]\ncmd = sleep 100\ndepends_on = db:ready\nautostart = False',
  );
  writeFileSync(flag, '');
  const [app] = await daemon.running('app', 1);
  const [db] = await daemon.running('db', 1);
  rmSync(flag);
  process.kill(db ?? 0, 'SIGKILL');
  await daemon.awaitEvent('db', 'reap');
  const late = daemon.call('start', { name: 'late', waiting: true });
  await troubleOf(daemon, 'late', /^waits for db: ready \(no process of it serves\)$/);
  writeFileSync(flag, '');
  await late;
  assert.deepEqual(await daemon.pids('app'), [app]);
});

test('a one-shot that fails keeps those that need it back, with its exit code', async (t) => {
  const daemon = await startDaemon(
    t,
    `[watcher:migrate]
cmd = sh -c 'exit 7'
respawn = False
[watcher:app]
cmd = sleep 100
depends_on = migrate:completed`,
  );
  await troubleOf(
    daemon,
    'app',
    /^waits for migrate: completed \(it has ended with exit code 7\)$/,
  );
  await daemon.call('set', { name: 'migrate', options: { cmd: 'true' } });
  await daemon.call('start', { name: 'migrate' });
  await daemon.running('app', 1);
});

test('circles and names that are not there are told before anything starts', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:a]
cmd = sleep 100
[watcher:b]
cmd = sleep 100
depends_on = a`,
    { folder },
  );
  const path = join(folder, 'broken.ini');
  writeFileSync(
    path,
    `[watcher:a]
cmd = sleep 1
depends_on = c
[watcher:b]
cmd = sleep 1
depends_on = a:redy
[watcher:c]
cmd = sleep 1
depends_on = migrat:ready, a
[watcher:migrate]
cmd = sleep 1
depends_on = a:completed
`,
  );
  const { code, stderr } = await run(programWords('circusd', '--check', path));
  assert.equal(code, 1);
  assert.match(stderr, /broken\.ini:3: .*depends_on.*waits for itself: a -> c -> a/);
  assert.match(stderr, /broken\.ini:6: .*"a:redy" is not NAME:condition: did you mean ready\?/);
  assert.match(stderr, /broken\.ini:9: .*there is no watcher 'migrat': did you mean migrate\?/);
  assert.match(stderr, /broken\.ini:12: .*a is never completed, its processes are replaced/);
  await assert.rejects(
    daemon.call('set', { name: 'a', options: { depends_on: 'b' } }),
    /waits for itself: a -> b -> a/,
  );
  await assert.rejects(
    daemon.call('add', { name: 'c', cmd: 'sleep 1', options: { depends_on: ['nobody'] } }),
    /there is no watcher 'nobody'/,
  );
});
