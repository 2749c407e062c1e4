import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../../libs/endpoints/outbox.ts';

test('sends one at a time, in order, and goes on after a failure', async () => {
  const sent: string[] = [];
  const failures: unknown[] = [];
  let isSending = false;
  const socket = {
    send: async (frames: (string | Buffer | Uint8Array)[]): Promise<void> => {
      assert.equal(isSending, false);
      isSending = true;
      await new Promise((turn) => setImmediate(turn));
      isSending = false;
      if (frames[0] === 'b') throw new Error('nobody there');
      sent.push(String(frames[0]));
    },
  };
  const outbox = new Outbox(socket, (error) => failures.push(error));
  for (const frame of ['a', 'b', 'c']) outbox.post([frame]);
  await outbox.flush();
  outbox.post(['d']);
  await outbox.flush();
  assert.deepEqual(sent, ['a', 'c', 'd']);
  assert.equal(failures.length, 1);
});
