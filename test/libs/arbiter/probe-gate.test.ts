import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProbeGate } from '../../../libs/arbiter/probe-gate.ts';

/** Jobs that end when they are told to. */
class Jobs {
  readonly running: string[] = [];
  readonly #ends = new Map<string, () => void>();

  begin(name: string): Promise<void> {
    this.running.push(name);
    return new Promise((end) => this.#ends.set(name, end));
  }

  async end(name: string): Promise<void> {
    this.running.splice(this.running.indexOf(name), 1);
    this.#ends.get(name)?.();
    await new Promise((turn) => setImmediate(turn));
  }
}

const never = new AbortController().signal;

test('a watcher that has its share does not hold up another', async () => {
  const gate = new ProbeGate({ limit: 3, share: 2 });
  const jobs = new Jobs();
  const run = (key: string, name: string) => gate.run(key, never, () => jobs.begin(name));
  const all = [run('a', 'a1'), run('a', 'a2'), run('a', 'a3'), run('b', 'b1'), run('c', 'c1')];
  assert.deepEqual(jobs.running, ['a1', 'a2', 'b1']);
  await jobs.end('b1');
  assert.deepEqual(jobs.running, ['a1', 'a2', 'c1']);
  await jobs.end('a1');
  assert.deepEqual(jobs.running, ['a2', 'c1', 'a3']);
  for (const name of ['a2', 'c1', 'a3']) await jobs.end(name);
  await Promise.all(all);
});

test('what was called off while it waited is not begun, and holds up nobody', async () => {
  const gate = new ProbeGate({ limit: 1, share: 1 });
  const jobs = new Jobs();
  const called = new AbortController();
  const first = gate.run('a', never, () => jobs.begin('first'));
  const off = gate.run('a', called.signal, () => jobs.begin('off'));
  const last = gate.run('a', never, () => jobs.begin('last'));
  called.abort();
  const refused = assert.rejects(off, { name: 'AbortError' });
  await jobs.end('first');
  assert.deepEqual(jobs.running, ['last']);
  await jobs.end('last');
  await Promise.all([first, refused, last]);
});
