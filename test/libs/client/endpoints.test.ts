import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reachableEndpoint } from '#libs/client';

const rows = [
  ['tcp://127.0.0.1:5556', 'tcp://far:5555', 'tcp://127.0.0.1:5556'],
  ['tcp://*:5556', 'tcp://far:5555', 'tcp://far:5556'],
  ['tcp://0.0.0.0:5556', 'tcp://[::1]:5555', 'tcp://[::1]:5556'],
  ['tcp://[::]:5556', 'ipc:///run/c', 'tcp://127.0.0.1:5556'],
  ['ipc:///run/events', 'tcp://far:5555', 'ipc:///run/events'],
] as const;

for (const [published, control, expected] of rows) {
  test(`${published} is reached at ${expected} by who talks to ${control}`, () => {
    assert.equal(reachableEndpoint(published, control), expected);
  });
}
