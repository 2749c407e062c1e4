import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hosts } from '../../../../services/httpd/access/hosts.ts';

test('answers to its own names and to those it was told', () => {
  const hosts = new Hosts('10.0.0.7', ['circus.example.com']);
  for (const host of [
    'localhost:8080',
    '127.0.0.1',
    '[::1]:8080',
    '10.0.0.7:80',
    'CIRCUS.example.com',
  ])
    assert.ok(hosts.isKnown(host), host);
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '',
    undefined,
  ])
    assert.equal(hosts.isKnown(host), false, host);
});

test('listening everywhere is no reason to answer to every name', () => {
  assert.equal(new Hosts('0.0.0.0', []).isKnown('evil.example'), false);
  assert.equal(new Hosts('::', []).isKnown('0.0.0.0'), false);
});

test('an origin is its own when it is the host that was asked, port and all', () => {
  const hosts = new Hosts('localhost', []);
  assert.ok(hosts.isOwn('http://localhost:8080', 'localhost:8080'));
  for (const origin of ['http://localhost:9999', 'https://evil.example', 'null', '', undefined])
    assert.equal(hosts.isOwn(origin, 'localhost:8080'), false, origin);
});
