import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mirror } from '../../../services/httpd/mirror.ts';

function mirrorOf(...names: string[]): Mirror {
  const mirror = new Mirror('tcp://127.0.0.1:5555');
  mirror.setNames(names);
  return mirror;
}

function rowOf(mirror: Mirror, name: string) {
  return mirror.state.watchers[name];
}

test('events keep processes and counts true, each only once', () => {
  const mirror = mirrorOf('web');
  const spawn = { process_pid: 7, wid: 1, time: 100, seq: 1 };
  assert.equal(mirror.applyEvent('watcher.web.spawn', spawn), 'web');
  assert.equal(mirror.applyEvent('watcher.web.spawn', spawn), undefined);
  assert.equal(rowOf(mirror, 'web')?.alive, 1);
  mirror.applyEvent('watcher.web.reap', { process_pid: 7, exit_code: -9, time: 101, seq: 2 });
  const row = rowOf(mirror, 'web');
  assert.equal(row?.alive, 0);
  assert.equal(row?.restarts, 1);
  assert.deepEqual(row?.lastExit, { time: 101, pid: 7, code: -9, cause: 'SIGKILL' });
});

test('the end of a process that was told to end is no restart', () => {
  const mirror = mirrorOf('web');
  mirror.applyEvent('watcher.web.spawn', { process_pid: 7, seq: 1 });
  mirror.applyEvent('watcher.web.kill', { process_pid: 7, seq: 2 });
  assert.deepEqual(mirror.watchersInDoubt(), []);
  mirror.setWatcher('web', { status: 'active', wanted: 1 });
  assert.deepEqual(mirror.watchersInDoubt(), ['web']);
  mirror.applyEvent('watcher.web.reap', { process_pid: 7, exit_code: 0, seq: 3 });
  assert.equal(rowOf(mirror, 'web')?.restarts, 0);
});

test('a gap in the numbers is seen before the event behind it is applied', () => {
  const mirror = mirrorOf('web');
  mirror.applyEvent('watcher.web.start', { seq: 1 });
  assert.equal(mirror.hasMissedBefore({ seq: 2 }), false);
  assert.equal(mirror.hasMissedBefore({ seq: 4 }), true);
  assert.equal(mirror.hasMissedBefore({}), false);
});

test('another circusd counts its events anew', () => {
  const mirror = mirrorOf('web');
  mirror.applyEvent('watcher.web.spawn', { process_pid: 7, seq: 50 });
  mirror.beginAnew();
  assert.equal(rowOf(mirror, 'web')?.alive, 0);
  assert.equal(mirror.applyEvent('watcher.web.spawn', { process_pid: 9, seq: 1 }), 'web');
});

test('what nobody has changed is not told again', () => {
  const mirror = mirrorOf('web');
  assert.ok(mirror.takeChanges()?.watchers);
  mirror.setWatcher('web', { status: 'stopped' });
  mirror.setSockets([]);
  assert.equal(mirror.takeChanges(), undefined);
  mirror.setNames([]);
  assert.deepEqual(mirror.takeChanges(), { watchers: { web: null } });
});

test('figures are those of the processes that live', () => {
  const mirror = mirrorOf('my web');
  mirror.setPids('my web', [7, 8]);
  mirror.describeProcess(mirror.nameOf('my_web'), 7, { cpu: 3, mem_info1: '1M' });
  mirror.describeProcess('my web', 8, { cpu: 4, mem_info1: '2M' });
  mirror.describeProcess('my web', 99, { cpu: 50, mem_info1: '9M' });
  mirror.endPeriod('my web');
  assert.equal(rowOf(mirror, 'my web')?.cpu, 7);
  assert.equal(rowOf(mirror, 'my web')?.rss, 3 * 1024 * 1024);
  assert.equal(mirror.last(60, 'my web').length, 1);
  assert.equal(mirror.last(60, 'my web', 7).length, 1);
  mirror.setPids('my web', [8]);
  assert.equal(mirror.last(60, 'my web', 7).length, 0);
});
