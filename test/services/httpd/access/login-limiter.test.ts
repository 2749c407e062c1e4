import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoginLimiter } from '../../../../services/httpd/access/login-limiter.ts';
import { OneTimeLink } from '../../../../services/httpd/access/one-time-link.ts';

test('after five failures in a minute one waits, and the sixth may come a minute after the first', () => {
  let now = 100;
  const limiter = new LoginLimiter(() => now);
  for (let count = 0; count < 5; count += 1) {
    assert.equal(limiter.waitS('address 1', 'user anna'), 0);
    limiter.fail('address 1', 'user anna');
    now += 1;
  }
  assert.equal(limiter.waitS('address 1', 'user ben'), 55);
  assert.equal(limiter.waitS('address 2', 'user anna'), 55);
  assert.equal(limiter.waitS('address 2', 'user ben'), 0);
  now += 55;
  assert.equal(limiter.waitS('address 1', 'user anna'), 0);
});

test('a link signs in once', () => {
  const link = new OneTimeLink();
  const secret = link.fragment.replace('sign-in=', '');
  for (const wrong of ['', 'x', secret.slice(1), `${secret}AAAA`, new OneTimeLink().fragment])
    assert.equal(link.redeem(wrong), false);
  assert.equal(link.redeem(secret), true);
  assert.equal(link.redeem(secret), false);
});
