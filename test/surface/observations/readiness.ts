/** Options of `[watcher:NAME]` about when a process serves, who waits for it, and whether it still does. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { readLines } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';
import { eventsCalled, reasonOfEnd, secondsBetween } from './events.ts';
import { observed, type Row, type Rows, type Sight, sightOf } from './rows.ts';

/** A question that notes when it is asked, in nanoseconds, and fails or not. */
const noted = (name: string, exitCode: string): string =>
  `sh -c 'date +%s%N >> OUT/${name}; ${exitCode}'`;

/** Seconds from the first to the third question. */
async function threeQuestions({ daemon, name }: Sight): Promise<number> {
  const [first, , third] = await until(
    'three questions',
    () => readLines(daemon.folder, name),
    ({ length }) => length >= 3,
  );
  return (Number(third) - Number(first)) / 1e9;
}

/** A process that does not serve is ended and not replaced: the reason is in its `reap`. */
const isReplaced = (options: string, seen: string, reason: RegExp): Row =>
  observed(`cmd = sleep 600\nrespawn = False\n${options}`, seen, async (sight) => {
    assert.match(await reasonOfEnd(sight), reason);
  });

/** Every row; what it tries becomes the section of a watcher of its name. */
export const readinessObservations: Rows = {
  depends_on: observed(
    'cmd = sleep 600\ndepends_on = readiness',
    'its process is started when the other watcher is ready',
    async (sight) => {
      const [spawn] = await eventsCalled(sight, 'spawn', 1);
      const [ready] = await eventsCalled(sightOf(sight.daemon, 'readiness'), 'ready', 1);
      assert.ok(Number(spawn?.['seq']) > Number(ready?.['seq']));
    },
  ),
  readiness: observed(
    `cmd = /bin/sh -c 'sleep 0.5; echo >&$READINESS_FD; exec sleep 600'\nreadiness = fd`,
    '`ready` half a second after `spawn`, when the process has said so, and then `start`',
    async (sight) => {
      assert.ok((await secondsBetween(sight, 'spawn', 'ready')) > 0.45);
      assert.ok((await secondsBetween(sight, 'ready', 'start')) >= 0);
    },
  ),
  readiness_target: observed(
    `cmd = /bin/sh -c 'echo is coming; sleep 0.5; echo is up now; exec sleep 600'\nreadiness = log\nreadiness_target = is * now`,
    '`ready` when the process has written the second line',
    async (sight) => {
      assert.ok((await secondsBetween(sight, 'spawn', 'ready')) > 0.45);
    },
  ),
  readiness_timeout: observed(
    'cmd = sleep 600\nautostart = False\nreadiness = fd\nreadiness_timeout = 0.3',
    '`start`: a process that does not get ready is ended; `reap` tells why',
    async (sight) => {
      await sight.daemon.call('start', { name: sight.name, match: 'simple' });
      assert.match(await reasonOfEnd(sight), /^not ready within 0.3 s/);
    },
  ),
  readiness_interval: observed(
    `cmd = sleep 600\nreadiness = exec\nreadiness_target = ${noted('readiness_interval', 'test $(wc -l < OUT/readiness_interval) -ge 3')}\nreadiness_interval = 0.6`,
    'three questions take more than a second',
    async (sight) => {
      const took = await threeQuestions(sight);
      assert.ok(took > 1.1, `${took}`);
      await sight.daemon.running(sight.name, 1);
    },
  ),
  reload_surge: observed(
    'cmd = sleep 600\nnumprocesses = 3\nreload_surge = 1',
    '`reload` replaces all three; of four one is asked to end before the next is started',
    async (sight) => {
      const { daemon, name } = sight;
      const before = await daemon.running(name, 3);
      await daemon.call('reload', { name, waiting: true });
      const after = await daemon.running(name, 3);
      assert.ok(after.every((pid) => !before.includes(pid)));
      const serving = new Set<unknown>();
      const counts = (await sight.events()).map(({ topic, process_pid: pid }) => {
        if (String(topic).endsWith('.spawn')) serving.add(pid);
        if (String(topic).endsWith('.kill')) serving.delete(pid);
        return serving.size;
      });
      assert.equal(Math.max(...counts), 4);
    },
  ),
  liveness: isReplaced(
    'liveness = watchdog\nliveness_timeout = 0.3',
    'a process that does not send WATCHDOG=1 is ended: `reap` tells why',
    /^liveness: no WATCHDOG=1 within 0.3 s/,
  ),
  liveness_target: observed(
    `cmd = sleep 600\nrespawn = False\nliveness = exec\nliveness_target = test ! -e OUT/ill\nliveness_interval = 0.1`,
    'it runs until the command fails',
    async (sight) => {
      await sight.daemon.running(sight.name, 1);
      writeFileSync(`${sight.out}/ill`, '');
      assert.match(await reasonOfEnd(sight), /^liveness exec: exit code 1/);
    },
  ),
  liveness_interval: observed(
    `cmd = sleep 600\nliveness = exec\nliveness_target = ${noted('liveness_interval', 'true')}\nliveness_interval = 0.6`,
    'its command is run again and again, and sooner than by default',
    async (sight) => {
      const took = await threeQuestions(sight);
      // The time is kept by circusd; on a busy machine the first command is late.
      assert.ok(took > 0.6, `${took}`);
    },
  ),
  liveness_timeout: isReplaced(
    'liveness = exec\nliveness_target = sleep 600\nliveness_interval = 0.1\nliveness_failures = 1\nliveness_timeout = 0.3',
    'a question that takes longer has failed: `reap` tells why',
    /^liveness exec: the command has not ended within 0.3 s/,
  ),
  liveness_failures: isReplaced(
    'liveness = exec\nliveness_target = false\nliveness_interval = 0.1\nliveness_failures = 2',
    'ended after the second question that failed: `reap` tells why',
    /, 2 times in a row$/,
  ),
};
