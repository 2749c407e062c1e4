/** Options about when a process counts, and whether it still lives. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readLines } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';
import { observed, type Row, type Rows, type Sight } from './rows.ts';

/** Where events of the row's watcher stand among all, by what they are called. */
async function places(sight: Sight, event: string, count = 1): Promise<number[]> {
  const found = await until(
    `${count} ${event} of ${sight.name}`,
    async () => (await sight.events()).filter(({ topic }) => String(topic).endsWith(`.${event}`)),
    ({ length }) => length >= count,
  );
  return found.map(({ seq }) => Number(seq));
}

/** A start of all waits for who never gets ready, so some are started here. Its process is replaced, again and again: stopped once that was seen. */
const replaced = (tried: string, seen: string): Row =>
  observed(tried, seen, async (sight) => {
    await sight.daemon.call('start', { name: sight.name, match: 'simple' });
    await places(sight, 'spawn', 2);
    await sight.daemon.call('stop', { name: sight.name, match: 'simple' });
  });

const serves = `cmd = /bin/sh -c 'sleep 0.3; echo serving; exec sleep 600'`;
const asksInVain = `cmd = sleep 600\nliveness = exec\nliveness_interval = 0.1\nliveness_failures = 1`;

/** Each row is a watcher of its name. */
export const readinessObservations: Rows = {
  readiness: observed(
    `${serves}\nreadiness = log\nreadiness_target = serving`,
    'it is active once that was written',
    async (sight) => {
      const [[ready = 0], [start = 0]] = [
        await places(sight, 'ready'),
        await places(sight, 'start'),
      ];
      assert.ok(ready < start);
    },
  ),
  readiness_target: observed(
    `cmd = /bin/sh -c 'sleep 0.3; echo > OUT/readiness_target; exec sleep 600'\nreadiness = exec\nreadiness_target = /usr/bin/test -e OUT/readiness_target`,
    'ready once the file is there',
    async (sight) => {
      await places(sight, 'ready');
      assert.ok(existsSync(`${sight.out}/readiness_target`));
    },
  ),
  readiness_timeout: replaced(
    'cmd = sleep 600\nautostart = False\nreadiness = exec\nreadiness_target = /bin/false\nreadiness_timeout = 0.2',
    'a process that never gets ready is replaced',
  ),
  readiness_interval: observed(
    `cmd = sleep 600\nautostart = False\nreadiness = exec\nreadiness_target = /bin/sh -c '/usr/bin/date +%s.%N >> OUT/readiness_interval; exit 1'\nreadiness_interval = 0.02`,
    'ten questions sooner than by default',
    async ({ daemon, name }) => {
      await daemon.call('start', { name, match: 'simple' });
      const asked = (): string[] => readLines(daemon.folder, name);
      const times = await until('eleven', asked, ({ length }) => length >= 11);
      assert.ok(Number(times[10]) - Number(times[0]) < 2.4, `${times}`);
    },
  ),
  depends_on: observed(
    'cmd = sleep 600\ndepends_on = readiness:ready',
    'started when the other is ready',
    async (sight) => {
      const [spawn = 0] = await places(sight, 'spawn');
      const [ready = Number.POSITIVE_INFINITY] = await places(
        { ...sight, name: 'readiness', events: () => sight.daemon.replay({ name: 'readiness' }) },
        'ready',
      );
      assert.ok(spawn > ready);
    },
  ),
  reload_surge: observed(
    'cmd = sleep 600\nnumprocesses = 3\nreload_surge = 1',
    '`reload`: an old process is ended before the second new one is started',
    async (sight) => {
      await sight.daemon.running(sight.name, 3);
      await sight.daemon.call('reload', { name: sight.name, waiting: true });
      const [kill = 0] = await places(sight, 'kill');
      const spawns = await places(sight, 'spawn', 6);
      assert.ok(kill < (spawns[4] ?? 0), `${kill} ${spawns}`);
    },
  ),
  liveness: replaced(
    `${asksInVain}\nliveness_target = /bin/false`,
    'a process that fails is replaced',
  ),
  liveness_target: replaced(
    `${asksInVain}\nliveness_target = /usr/bin/test -e OUT/not-there`,
    'replaced, as the file is not there',
  ),
  liveness_interval: replaced(
    `${asksInVain}\nliveness_target = /bin/false`,
    'replaced sooner than by default',
  ),
  liveness_timeout: replaced(
    `${asksInVain}\nliveness_target = /usr/bin/sleep 600\nliveness_timeout = 0.2`,
    'replaced, as no answer comes',
  ),
  liveness_failures: observed(
    `cmd = sleep 600\nliveness = exec\nliveness_interval = 0.1\nliveness_failures = 2\nliveness_target = /bin/sh -c 'echo $CIRCUS_PID >> OUT/liveness_failures; exit 1'`,
    'ended after the second question',
    async (sight) => {
      await places(sight, 'spawn', 2);
      const asked = readLines(sight.daemon.folder, sight.name);
      assert.equal(asked.filter((pid) => pid === asked[0]).length, 2);
    },
  ),
};
