import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { circusctl } from './run-circusctl.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-check-'));
after(() => rmSync(folder, { recursive: true }));

/** Nobody listens there: a check asks no daemon. */
const env = { CIRCUSCTL_ENDPOINT: `ipc://${folder}/nobody` };

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('config check finds nothing wrong with a good file, without a daemon', async () => {
  const path = write('good.ini', '[watcher:web]\ncmd = sleep 60\n');
  const { code, stdout } = await circusctl(['config', 'check', path], env);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${path}: no faults\n` });
});

test('config check tells every fault with its line, and exits 1', async () => {
  const path = write(
    'bad.ini',
    '[circus]\nendpont = x\n[watcher:web]\ncmd = sleep\nshell = perhaps\n',
  );
  const { code, stdout } = await circusctl(['config', 'check', path], env);
  assert.equal(code, 1);
  assert.match(stdout, /bad\.ini:2: .*did you mean endpoint\?\n.*bad\.ini:5: .*shell = perhaps/s);
});
