import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskEnvironment } from '../../../services/httpd/mask-environment.ts';

const secret = 'hunter2-and-more';

/** Replies and requests as the commands have them. */
const replies = {
  options: { options: { cmd: 'web', env: { PASSWORD: secret, HOME: '/' } } },
  get: { options: { env: { PASSWORD: secret } } },
  config: {
    options: [
      { name: 'cmd', value: 'web', origin: 'file' },
      { name: 'env', value: { PASSWORD: secret }, origin: 'file' },
    ],
  },
  'a plan of reloadconfig': {
    changed: [{ name: 'web', changes: [{ key: 'env', from: { A: secret }, to: { A: secret } }] }],
  },
  add: { name: 'web', cmd: 'web', options: { env: { PASSWORD: secret } } },
  'env as a text': { options: { env: `PASSWORD=${secret}` } },
  'a list of texts': { options: { env: [`PASSWORD=${secret}`] } },
};

for (const [what, reply] of Object.entries(replies)) {
  test(`hides values of the environment: ${what}`, () => {
    const masked = JSON.stringify(maskEnvironment(reply));
    assert.doesNotMatch(masked, new RegExp(secret));
    assert.match(masked, /web|env/);
  });
}

test('names of variables and everything else stay', () => {
  assert.deepEqual(maskEnvironment(replies.options), {
    options: { cmd: 'web', env: { PASSWORD: '********', HOME: '********' } },
  });
});
