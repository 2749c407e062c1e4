import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { descendantsOf } from '#libs/native';
import { outputOf, run, until } from './children.ts';

async function untilAlone(): Promise<void> {
  await until(
    () => descendantsOf(process.pid).length === 0,
    () => `left: ${JSON.stringify(descendantsOf(process.pid))}`,
  );
}

describe('a command', () => {
  test('gives its status and both outputs', async () => {
    const result = await run({ argv: ['sh', '-c', 'echo out; echo err >&2; exit 7'] });
    assert.deepEqual([result.exitCode, result.stdout, result.stderr], [7, 'out\n', 'err\n']);
  });

  test('gives the signal that ended it', async () => {
    const { exitCode, signal } = await run({ argv: ['sh', '-c', 'kill -TERM $$'] });
    assert.deepEqual([exitCode, signal], [null, 15]);
  });

  test('reads its input to the end', async () => {
    const input = 'line\n'.repeat(100_000);
    assert.equal(await outputOf({ argv: ['cat'], input }), input);
  });

  test('need not read its input', async () => {
    assert.equal(await outputOf({ argv: ['true'], input: 'x'.repeat(1_000_000) }), '');
  });

  test('that takes too long is killed with all its descendants', async () => {
    const begin = performance.now();
    const argv = ['sh', '-c', 'trap "" TERM; echo on; setsid sleep 60 & sleep 60 & wait; sleep 60'];
    const result = await run({ argv, timeoutMs: 200 });
    assert.deepEqual([result.timedOut, result.signal, result.stdout], [true, 9, 'on\n']);
    assert.ok(performance.now() - begin < 3000);
    await untilAlone();
  });

  test('that is called off is killed with all its descendants', async () => {
    const called = new AbortController();
    const argv = ['sh', '-c', 'trap "" TERM; setsid sleep 60 & sleep 60'];
    const running = run({ argv, signal: called.signal });
    called.abort();
    assert.equal((await running).signal, 9);
    await untilAlone();
  });

  test('that floods is read to its end, and what is too much is dropped', async () => {
    const argv = ['sh', '-c', 'head -c 20000000 /dev/zero; head -c 5 /dev/zero >&2'];
    const result = await run({ argv, maxOutputBytes: 1000 });
    assert.deepEqual([result.exitCode, result.truncated], [0, true]);
    assert.deepEqual([result.stdout.length, result.stderr.length], [1000, 5]);
  });

  test('that leaves somebody with its pipes is not waited for longer', async () => {
    const begin = performance.now();
    const result = await run({ argv: ['sh', '-c', 'sleep 5 & echo $!'] });
    assert.ok(performance.now() - begin < 2000);
    assert.equal(result.exitCode, 0);
    process.kill(Number(result.stdout), 'SIGKILL');
  });
});
