/** The log of circusd: forms, levels, texts of the manual, and signals that concern it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder, startDaemon } from './daemon.ts';
import { until } from './until.ts';

const web = '[watcher:web]\ncmd = sleep 600\n';

test('lines for people, with the texts of the manual', async (t) => {
  const daemon = await startDaemon(t, web, { listens: false });
  const [pid] = await daemon.running('web', 1);
  await until(
    'the start is told',
    () => daemon.log,
    (log) => log.includes('waiting for commands'),
  );
  await daemon.stop();
  const lines = daemon.log.trimEnd().split('\n');
  for (const line of lines) {
    assert.match(line, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d circus\[\d+\] \[(INFO|WARNING|ERROR)\] ./);
  }
  const texts = lines.map((line) => line.replace(/^.*?\] /, '').replace(/^\[INFO\] /, ''));
  for (const text of [
    `Starting master on pid ${daemon.pid}`,
    `running web process [pid ${pid}]`,
    'web started',
    'Arbiter now waiting for commands',
    'Got signal SIGTERM',
    'Arbiter exiting',
    'web stopped',
  ]) {
    assert.ok(texts.includes(text), `${text}\n${daemon.log}`);
  }
  assert.ok(lines.every((line) => line.includes(`circus[${daemon.pid}]`)));
});

test('--log-format json: one object a line', async (t) => {
  const daemon = await startDaemon(t, web, { flags: ['--log-format', 'json'], listens: false });
  await daemon.running('web', 1);
  await daemon.stop();
  const records = daemon.log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(records.length > 3);
  for (const record of records) {
    assert.deepEqual(
      [record.name, record.pid, typeof record.msg],
      ['circus', daemon.pid, 'string'],
    );
    assert.ok(Number.isFinite(Date.parse(record.time)));
  }
});

test('the level of the file beats the default', async (t) => {
  const quiet = await startDaemon(t, web, { circus: 'loglevel = warning', listens: false });
  await quiet.running('web', 1);
  assert.equal(quiet.log, '');
});

test('the level of the flag beats that of the file, in any case', async (t) => {
  const loud = await startDaemon(t, web, {
    circus: 'loglevel = error',
    flags: ['--log-level', 'DEBUG'],
    listens: false,
  });
  await loud.running('web', 1);
  await loud.call('restart', { name: 'web', waiting: true });
  await until('a line of debug', () => loud.log.includes('[DEBUG]'));
});

test('USR1 opens the log file again, and Node opens no debugger', async (t) => {
  const folder = makeFolder(t);
  const file = join(folder, 'circus.log');
  const daemon = await startDaemon(t, web, {
    folder,
    circus: `logoutput = ${file}`,
    listens: false,
  });
  await daemon.running('web', 1);
  await until(
    'a log',
    () => existsSync(file) && readFileSync(file, 'utf8').includes('web started'),
  );
  renameSync(file, `${file}.1`);
  await daemon.call('restart', { name: 'web', waiting: true });
  await until('lines in the old file', () =>
    readFileSync(`${file}.1`, 'utf8').includes('web stopped'),
  );
  assert.equal(existsSync(file), false);
  daemon.program.kill('SIGUSR1');
  await until('a new file', () => existsSync(file));
  await daemon.call('restart', { name: 'web', waiting: true });
  await until('lines in the new file', () => readFileSync(file, 'utf8').includes('web started'));
  assert.equal(daemon.log, '');
  for (const signal of ['SIGUSR2', 'SIGWINCH', 'SIGPIPE'] as const) daemon.program.kill(signal);
  assert.equal(await daemon.status('web'), 'active');
});

test('HUP reloads all watchers gracefully', async (t) => {
  const daemon = await startDaemon(t, `${web}[watcher:other]\ncmd = sleep 600\nnumprocesses = 2`);
  const before = [...(await daemon.running('web', 1)), ...(await daemon.running('other', 2))];
  daemon.program.kill('SIGHUP');
  await daemon.awaitEvent('web', 'reload');
  await daemon.awaitEvent('other', 'reload');
  const after = [...(await daemon.pids('web')), ...(await daemon.pids('other'))];
  assert.equal(after.length, 3);
  assert.equal(
    after.some((pid) => before.includes(pid)),
    false,
  );
  assert.equal(daemon.names(0).includes('stop'), false);
});

test('a full log disk stops nothing', async (t) => {
  const daemon = await startDaemon(t, web, { flags: ['--log-output', '/dev/full'] });
  await daemon.running('web', 1);
  for (let round = 0; round < 5; round += 1) {
    await daemon.call('restart', { name: 'web', waiting: true });
  }
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
});

test('nobody reading the log stops nothing', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(t, web, {
    folder,
    flags: ['--log-level', 'debug'],
    // Its standard error is a pipe whose reader has gone.
    launcher: [
      '/bin/sh',
      '-c',
      `mkfifo ${folder}/pipe; (: < ${folder}/pipe) & exec "$@" 2> ${folder}/pipe`,
      'sh',
    ],
  });
  await daemon.running('web', 1);
  for (let round = 0; round < 5; round += 1) {
    await daemon.call('restart', { name: 'web', waiting: true });
  }
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
});
