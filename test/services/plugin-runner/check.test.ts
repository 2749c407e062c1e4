/** `circus-plugin --check` says what a plugin does wrong. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { hasComponent, makeFolder, python } from '../../system/daemon.ts';

const rude = resolve('test/fixtures/rude_plugin.py');

/** What it says goes to a file: whatever a plugin leaves behind holds up nobody who reads. */
function check(t: TestContext, command: string): { code: number | null; wrong: string[] } {
  const path = join(makeFolder(t), 'said');
  const said = openSync(path, 'w');
  const words = [resolve('bin/circus-plugin.js'), '--check', command];
  const { status: code } = spawnSync(process.execPath, words, {
    stdio: ['ignore', said, said],
    timeout: 60_000,
  });
  closeSync(said);
  const lines = readFileSync(path, 'utf8').split('\n');
  const wrong = lines.flatMap((line, at) => {
    return line.startsWith('WRONG ') ? [`${line.slice(6)}: ${lines[at + 1]?.trim()}`] : [];
  });
  return { code, wrong };
}

test('nothing is wrong with a built-in plugin', (t) => {
  const runner = `${process.execPath} ${resolve('bin/circus-plugin.js')}`;
  assert.deepEqual(check(t, `${runner} flapping`), { code: 0, wrong: [] });
});

for (const [mode, wrong] of [
  [
    'crash',
    /^it listens to events, or sends commands: it has ended with exit code 1: nothing works today$/,
  ],
  ['topic', /^it subscribes to topics that there are: no event begins with "nonsense\."/],
  ['exit', /^it bears events of every kind, .*: it has ended with exit code 3/],
  ['flood', /it does not flood circusd with commands: it has sent \d+ commands a second/],
  ['garbage', /^every command is one that circusd understands: /],
  ['hang', /^it ends within 5 s of SIGTERM: it still runs/],
  ['fork', /^it leaves nothing behind: processes of it are left$/],
] as const) {
  test(`a plugin with the fault '${mode}' is told so`, (t) => {
    const { status } = spawnSync(python, ['-c', 'import zmq']);
    if (!hasComponent(t, 'python3-zmq', status === 0)) return;
    const found = check(t, `${python} ${rude} ${mode}`);
    assert.equal(found.code, 1);
    assert.match(found.wrong.join('\n'), wrong);
  });
}
