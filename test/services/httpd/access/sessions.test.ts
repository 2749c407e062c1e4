import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sessions } from '../../../../services/httpd/access/sessions.ts';

const key = Buffer.alloc(32, 7);
const hour = 3_600;

test('a session is known by its cookie, after a restart too', () => {
  const cookie = new Sessions(key).open('anna', 'view');
  const session = new Sessions(key).read(cookie);
  assert.equal(session?.user, 'anna');
  assert.equal(session?.role, 'view');
  assert.equal(session?.renewal, undefined);
});

test('a cookie that was changed, cut, or signed with another key is none', () => {
  const sessions = new Sessions(key);
  const cookie = sessions.open('anna', 'view');
  const [body = '', mac = ''] = cookie.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  const forged = Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url');
  const others = new Sessions(Buffer.alloc(32, 8)).open('anna', 'admin');
  for (const wrong of [
    `${forged}.${mac}`,
    body,
    `${body}.`,
    `.${mac}`,
    '',
    others,
    'x.y',
    undefined,
  ])
    assert.equal(sessions.read(wrong), undefined, String(wrong));
});

test('it ends after 12 hours without use, and is renewed by use', () => {
  let now = 1_000_000;
  const sessions = new Sessions(key, () => now);
  const cookie = sessions.open('anna', 'admin');
  now += hour;
  const renewal = sessions.read(cookie)?.renewal;
  assert.ok(renewal !== undefined);
  now += 11.5 * hour;
  assert.equal(sessions.read(cookie), undefined);
  assert.equal(sessions.read(renewal)?.id, sessions.read(renewal)?.id);
  assert.equal(sessions.read(renewal)?.user, 'anna');
});

test('whoever signed out is out, with renewed cookies too', () => {
  let now = 1_000_000;
  const sessions = new Sessions(key, () => now);
  const cookie = sessions.open('anna', 'admin');
  now += hour;
  const session = sessions.read(cookie);
  assert.ok(session);
  sessions.end(session.id);
  assert.equal(sessions.read(cookie), undefined);
  assert.equal(sessions.read(session.renewal), undefined);
});

test('the token of one session is not that of another', () => {
  const sessions = new Sessions(key);
  const one = sessions.read(sessions.open('anna', 'admin'));
  const other = sessions.read(sessions.open('anna', 'admin'));
  assert.ok(one && other);
  assert.ok(sessions.isToken(one, one.csrf));
  for (const wrong of [other.csrf, '', undefined, [one.csrf]]) {
    assert.equal(sessions.isToken(one, wrong), false);
  }
});
