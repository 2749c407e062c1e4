/** Spoilt configurations: the reader finds words for every one of them, and circusd an exit code. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  buildEnvironment,
  type CircusConfig,
  formatFaults,
  planChanges,
  readConfig,
} from '#libs/config';
import { programWords, run } from '../system/daemon.ts';
import { configurations, includedFiles } from './configurations.ts';
import { type Dice, fuzzRuns, rollDice } from './dice.ts';
import { mutateText } from './mutate-text.ts';

/** No text of this size may take longer, in milliseconds, on a slow machine that does other things. */
const patienceMs = 1_000;

/** What 15 000 readings more may leave in memory, in bytes. */
const growthBytes = 96 * 1024 * 1024;

const ownEnv = { HOME: '/root', PATH: '/usr/bin:/bin', X: '1' };

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'circus-fuzz-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(includedFiles)) write(folder, name, text);
  return folder;
}

function write(folder: string, name: string, text: string | Buffer): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Spoils the main file, or an included one; gives what was written, to show when it fails. */
function spoil(folder: string, dice: Dice): Buffer {
  const names = Object.keys(includedFiles);
  const main = dice.pick(configurations);
  if (dice.happens(75)) {
    const text = mutateText(main, dice);
    write(folder, 'circus.ini', text);
    return text;
  }
  write(folder, 'circus.ini', main);
  const name = dice.pick(names);
  const text = mutateText(includedFiles[name] ?? '', dice);
  write(folder, name, text);
  return text;
}

function assertReadable(file: string, text: Buffer): CircusConfig {
  const began = performance.now();
  const { config, faults, warnings } = readConfig(file, ownEnv);
  const ms = performance.now() - began;
  assert.ok(ms < patienceMs, `${ms} ms for ${JSON.stringify(text.toString())}`);
  for (const fault of [...faults, ...warnings]) {
    assert.ok(fault.file.startsWith(dirname(file)), `no place: ${formatFaults([fault])}`);
    assert.ok(fault.message.length > 10, formatFaults([fault]));
    assert.doesNotMatch(formatFaults([fault]), /\p{Cc}/u, 'a fault is one line of text');
  }
  if (faults.length === 0) {
    for (const watcher of config.watchers) buildEnvironment(watcher, ownEnv);
    assert.doesNotThrow(() => JSON.stringify(config));
  }
  return config;
}

test('reads 20 000 spoilt configurations without a crash, a hang or growth', (t) => {
  const dice = rollDice(t);
  const folder = makeFolder(t);
  const file = join(folder, 'circus.ini');
  const runs = fuzzRuns(20_000);
  let last = readConfig(file, ownEnv).config;
  let early = Number.POSITIVE_INFINITY;
  for (let round = 0; round < runs; round += 1) {
    if (round % 100 === 0)
      for (const [name, text] of Object.entries(includedFiles)) write(folder, name, text);
    const text = spoil(folder, dice);
    try {
      const config = assertReadable(file, text);
      const running = last.watchers.map(({ name }) => name.toLowerCase());
      planChanges(last, running, config);
      last = config;
    } catch (error) {
      t.diagnostic(`round ${round}: ${JSON.stringify(text.toString('latin1'))}`);
      throw error;
    }
    if (round === Math.floor(runs / 4)) early = process.memoryUsage().rss;
  }
  const grown = process.memoryUsage().rss - early;
  t.diagnostic(`rss has grown by ${Math.round(grown / 1024)} kB in the last three quarters`);
  assert.ok(grown < growthBytes, `${grown} bytes`);
});

test('circusd --check says what is wrong with a spoilt configuration and exits', async (t) => {
  const dice = rollDice(t);
  const folder = makeFolder(t);
  const file = join(folder, 'circus.ini');
  const codes: Record<string, number> = {};
  for (let round = 0; round < fuzzRuns(24); round += 1) {
    const text = spoil(folder, dice);
    const { faults } = readConfig(file, process.env);
    const { code, stdout, stderr } = await run(programWords('circusd', '--check', file));
    const shown = `${JSON.stringify(text.toString())}\n${stdout}\n${stderr}`;
    assert.ok(code === 0 || code === 1, `exit code ${code}: ${shown}`);
    if (faults.length > 0) assert.equal(code, 1, shown);
    if (code === 0) assert.match(stdout, /no faults/, shown);
    else assert.match(stderr, /circusd: .*\.ini.*: /, shown);
    codes[String(code)] = (codes[String(code)] ?? 0) + 1;
  }
  t.diagnostic(`exit codes: ${JSON.stringify(codes)}`);
});
