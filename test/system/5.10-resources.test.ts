/** ResourceWatcher and WatchDog with real processes (protocol 5.3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFreePort, startDaemon } from './daemon.ts';

const looks = 'loop_rate = 0.3\nmax_count = 2\n';
const use = 'use = circus.plugins.resource_watcher.ResourceWatcher\n';

test('a memory hog and a CPU burner are restarted, and a quiet one is not', async (t) => {
  const hog = '/usr/bin/python3 -c "import time; x = bytearray(200000000); time.sleep(600)"';
  const daemon = await startDaemon(
    t,
    `[watcher:hog]\ncmd = ${hog}\n[watcher:burner]\ncmd = sh -c 'while :; do :; done'\n[watcher:quiet]\ncmd = sleep 600\n[plugin:memory]\n${use}watcher = hog\nmax_mem = 100M\n${looks}[plugin:cpu]\n${use}watcher = burner\nmax_cpu = 1\n${looks}[plugin:quiet]\n${use}watcher = quiet\n${looks}`,
  );
  for (const name of ['hog', 'burner']) {
    const [pid] = await daemon.running(name, 1);
    const reap = await daemon.awaitEvent(name, 'reap');
    assert.equal(reap.payload['process_pid'], pid);
    await daemon.running(name, 1);
    assert.match(
      daemon.log,
      new RegExp(`${name} is restarted: it has passed its limits too often`),
    );
  }
  assert.deepEqual(
    daemon.names(0, 'quiet').filter((name) => name === 'reap'),
    [],
  );
});

test('WatchDog kills a process whose heartbeats stop, and it is replaced', async (t) => {
  const port = await findFreePort();
  const program = (beats: number): string =>
    `/usr/bin/python3 -c "import os, socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); [(s.sendto(b'%d;%f' % (os.getpid(), time.time()), ('127.0.0.1', ${port})), time.sleep(0.1)) for _ in range(${beats})]; time.sleep(600)"`;
  const daemon = await startDaemon(
    t,
    `[watcher:silent]\ncmd = ${program(10)}\n[watcher:lively]\ncmd = ${program(100_000)}\n[plugin:dog]\nuse = circus.plugins.watchdog.WatchDog\nport = ${port}\nloop_rate = 0.3\nmax_count = 5\nwatchers_regex = silent|lively\n`,
  );
  const [pid] = await daemon.running('silent', 1);
  const lively = await daemon.running('lively', 1);
  const reap = await daemon.awaitEvent('silent', 'reap');
  assert.equal(reap.payload['process_pid'], pid);
  await daemon.running('silent', 1);
  assert.deepEqual(await daemon.pids('lively'), lively);
});
