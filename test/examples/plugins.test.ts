/** The Logger of examples/plugins in every language, each below 40 lines (manual 5.10.2). */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { hasComponent, python, startDaemon } from '../system/daemon.ts';
import { until } from '../system/until.ts';

/** A copy of the examples from where the package is found; logger.ts is compiled there. */
function copyPlugins(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'circus-plugins-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync('examples/plugins', folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'circus-node'));
  const [source, outfile] = [join(folder, 'logger.ts'), join(folder, 'logger.mjs')];
  // As a program: within this one it would leave a process of its own.
  const esbuild = spawnSync('node_modules/.bin/esbuild', [source, `--outfile=${outfile}`]);
  assert.equal(esbuild.status, 0, String(esbuild.stderr));
  return folder;
}

const languages: readonly (readonly [file: string, run: string])[] = [
  ['logger.ts', 'use = ./logger.mjs#Logger'],
  ['logger.py', `cmd = ${python} logger.py`],
  ['logger.sh', 'cmd = sh logger.sh'],
];

for (const [file, run] of languages) {
  test(`${file} writes every event, one after another, in less than 40 lines`, async (t) => {
    assert.ok(readFileSync(`examples/plugins/${file}`, 'utf8').split('\n').length <= 40);
    if (file === 'logger.py') {
      const { status } = spawnSync(python, ['-c', 'import zmq']);
      if (!hasComponent(t, 'python3-zmq', status === 0)) return;
    }
    const folder = copyPlugins(t);
    const daemon = await startDaemon(
      t,
      `[watcher:web]\ncmd = sleep 600\n[plugin:logger]\n${run}\nfilename = events.log\n`,
      { folder, env: { CIRCUSCTL: resolve('bin/circusctl.js') } },
    );
    const log = join(folder, 'events.log');
    const lines = (): string[] =>
      existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
    await until('it listens', async () => {
      await daemon.call('set', { name: 'web', options: { priority: 1 } });
      return lines().length > 0;
    });
    await daemon.call('restart', { name: 'web', waiting: true });
    await until('the restart is logged', () => /web\.start/.test(lines().at(-1) ?? ''));
    const events = lines().flatMap(
      (line) => /^watcher\.web\.(\w+)(?:::|: )\{/.exec(line)?.[1] ?? [],
    );
    assert.deepEqual(events.slice(-5), ['kill', 'reap', 'stop', 'spawn', 'start']);
    await daemon.call('stop', { name: 'plugin:logger', waiting: true });
    assert.doesNotMatch(daemon.log, /Traceback|ERROR/);
  });
}
