import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createLogger, type LogFormat } from '#libs/logging';

function logFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'circus-log-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'log');
}

const options = (output: string, format: LogFormat = 'human') =>
  ({ name: 'circus', level: 'info', format, output }) as const;

test('writes a line as the original does', async (t) => {
  const output = logFile(t);
  const log = createLogger(options(output));
  log.debug('not told');
  log.info('one\ttwo "three"');
  log.warn('careful');
  log.error('');
  log.fatal('the end');
  await log.close();
  const lines = readFileSync(output, 'utf8').split('\n');
  const levels = lines
    .slice(0, -1)
    .map((line) => line.replace(/^\d{4}(-\d\d){2} \d\d(:\d\d){2} /, ''));
  const sender = `circus[${process.pid}]`;
  assert.deepEqual(levels, [
    `${sender} [INFO] one\ttwo "three"`,
    `${sender} [WARNING] careful`,
    `${sender} [ERROR] `,
    `${sender} [CRITICAL] the end`,
  ]);
});

test('writes one JSON object a line', async (t) => {
  const output = logFile(t);
  const log = createLogger(options(output, 'json'));
  log.info('two\nlines');
  await log.close();
  const text = readFileSync(output, 'utf8');
  assert.equal(text.trimEnd().includes('\n'), false);
  const record = JSON.parse(text);
  assert.deepEqual([record.name, record.pid, record.msg], ['circus', process.pid, 'two\nlines']);
  assert.ok(Math.abs(Date.parse(record.time) - Date.now()) < 60_000);
});

test('goes on in a new file after reopen', async (t) => {
  const output = logFile(t);
  const first = createLogger(options(output));
  first.info('before');
  await first.close();
  const log = createLogger(options(output));
  log.info('appended');
  renameSync(output, `${output}.1`);
  log.reopen();
  log.info('after');
  await log.close();
  assert.match(readFileSync(`${output}.1`, 'utf8'), /before/);
  const all = readFileSync(`${output}.1`, 'utf8') + readFileSync(output, 'utf8');
  for (const text of ['before', 'appended', 'after']) assert.ok(all.includes(text), text);
});

test('refuses a file that cannot be opened', () => {
  assert.throws(() => createLogger(options('/no/such/folder/log')), { code: 'ENOENT' });
});

for (const format of ['human', 'json'] as const) {
  test(`a full disk neither crashes nor holds up anybody (${format})`, async () => {
    const log = createLogger(options('/dev/full', format));
    for (let count = 0; count < 10_000; count += 1) log.info('x'.repeat(1_000));
    await new Promise((turn) => setImmediate(turn));
    log.info('more');
    log.reopen();
    await log.close();
    log.info('too late');
  });
}
