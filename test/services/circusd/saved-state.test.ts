/**
 * States that a released circusd has written stay readable: one sample of each format, made by asking
 * `circusctl upgrade --program` with a program that keeps what it is shown.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const folder = 'test/fixtures/states';

for (const name of readdirSync(folder)) {
  test(`goes on from ${name}`, () => {
    const fd = openSync(join(folder, name), 'r');
    try {
      const asked = spawnSync(process.execPath, ['bin/circusd.js', '--can-resume', '3'], {
        stdio: ['ignore', 'pipe', 'pipe', fd],
        encoding: 'utf8',
      });
      assert.equal(asked.status, 0, asked.stderr);
      const { can_resume } = JSON.parse(asked.stdout);
      assert.equal(can_resume.generation, 2);
      assert.ok(can_resume.pid > 1);
    } finally {
      closeSync(fd);
    }
  });
}
