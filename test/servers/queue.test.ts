/** Servers call listen again, which sets the length of the queue anew: those of the examples do it right. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hasAll, startExample } from './example.ts';

/** What circusd asks for, as far as the kernel allows. */
const wanted = Math.min(2048, Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8')));

for (const [file, watcher, needs] of [
  ['node.ini', 'web', []],
  ['gunicorn.ini', 'webworker', ['gunicorn']],
  ['waitress.ini', 'webworker', ['waitress']],
] as const) {
  test(`${file}: the queue stays as long as it was`, async (t) => {
    if (!hasAll(t, 'ss', ...needs)) return;
    const example = await startExample(t, file);
    const pids = await example.daemon.pids(watcher);
    await example.untilAllServe(pids, () => example.fetch(8080));
    const filter = `sport = :${example.port(8080)}`;
    const row = execFileSync('ss', ['-Hltn', filter], { encoding: 'utf8' });
    // State, connections that wait, how many may wait.
    assert.equal(row.split(/\s+/)[2], String(wanted), row);
  });
}
