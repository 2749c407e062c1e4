/** What must not get through to circusd, or to a page; and that each is told plainly. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import WebSocket from 'ws';
import { catalog } from '#libs/commands';
import { HttpVisitor } from '../console/http-visitor.ts';
import { signedIn, startScripted } from '../console/scripted-console.ts';
import { makeFolder, Program } from './daemon.ts';

const watchers = { web: { pids: [101, 102] } };
const passwords = { anna: 'the one of anna', ben: 'the one of ben' };

test('nobody gets anything without signing in', async (t) => {
  const { daemon, console } = await startScripted(t, watchers);
  const visitor = new HttpVisitor(console.url);
  const reads = ['api/state', 'api/sparks', 'api/history', 'api/session', 'api/commands/list'];
  for (const path of [...reads, 'api/processes/web', 'api/logs/web']) {
    const { status, body } = await visitor.ask('GET', path);
    assert.deepEqual([path, status, body['code']], [path, 401, 'not_signed_in']);
  }
  const before = daemon.requests.length;
  for (const { name } of catalog) {
    const { status } = await visitor.ask('POST', `api/commands/${name}`, { body: { name: 'web' } });
    assert.equal(status, 401, name);
  }
  assert.deepEqual(changes(daemon.requests.slice(before)), []);
});

test('nothing changes by GET', async (t) => {
  const { daemon, console } = await startScripted(t, watchers);
  const visitor = await signedIn(console);
  for (const { name } of catalog.filter(({ isReadOnly }) => !isReadOnly)) {
    const { status, body } = await visitor.ask('GET', `api/commands/${name}?name=web`);
    assert.deepEqual([name, status, body['code']], [name, 405, 'changes']);
  }
  assert.deepEqual(changes(daemon.requests), []);
});

test('a POST needs the token of its session, and a page of ours', async (t) => {
  const { daemon, console } = await startScripted(t, watchers);
  const visitor = await signedIn(console);
  const post = async (headers: Record<string, string>) => {
    const { status, body } = await visitor.ask('POST', 'api/commands/stop', {
      body: { name: 'web' },
      headers,
    });
    return [status, body['code']];
  };
  assert.deepEqual(await post({ 'x-csrf-token': 'guessed' }), [403, 'no_token']);
  assert.deepEqual(await post({ 'x-csrf-token': '' }), [403, 'no_token']);
  assert.deepEqual(await post({ origin: 'http://evil.example' }), [403, 'foreign_origin']);
  assert.deepEqual(await post({ origin: 'null' }), [403, 'foreign_origin']);
  assert.deepEqual(await post({ 'sec-fetch-site': 'cross-site' }), [403, 'foreign_origin']);
  // what a form of another site can send
  assert.deepEqual(await post({ 'content-type': 'text/plain' }), [400, 'bad_properties']);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  assert.equal((await post(form))[0], 415);
  assert.deepEqual(changes(daemon.requests), []);
  assert.deepEqual(await post({ origin: new URL(console.url).origin }), [200, undefined]);
  assert.deepEqual(changes(daemon.requests), ['stop']);
});

test('a name that is not ours is not answered: DNS rebinding', async (t) => {
  const { console } = await startScripted(t, watchers);
  const visitor = await signedIn(console);
  for (const path of ['', 'api/state', 'livez', 'metrics', 'assets/icon.svg']) {
    const { status, body } = await visitor.ask('GET', path, { headers: { host: 'evil.example' } });
    assert.deepEqual([path, status, body['code']], [path, 421, 'unknown_host']);
  }
});

test('the websocket opens for pages of ours and visitors who are signed in', async (t) => {
  const { console } = await startScripted(t, watchers);
  const { cookie } = await signedIn(console);
  const { origin, host } = new URL(console.url);
  const open = async (headers: Record<string, string>) =>
    await opened(`ws://${host}/live`, headers);
  assert.equal(await open({ cookie, origin: 'http://evil.example' }), 403);
  assert.equal(await open({ cookie }), 403);
  assert.equal(await open({ origin }), 401);
  assert.equal(await open({ origin, cookie: forged(cookie) }), 401);
  assert.equal(await open({ origin, cookie, host: 'evil.example' }), 421);
  assert.equal(await open({ origin, cookie }), 101);
});

test('a session that was forged, or signed out, is none', async (t) => {
  const { console } = await startScripted(t, watchers);
  const visitor = await signedIn(console);
  const { cookie } = visitor;
  visitor.cookie = forged(cookie);
  assert.equal((await visitor.ask('GET', 'api/state')).status, 401);
  visitor.cookie = cookie;
  assert.equal((await visitor.ask('GET', 'api/state')).status, 200);
  assert.equal((await visitor.ask('DELETE', 'api/session')).status, 200);
  assert.equal((await visitor.ask('GET', 'api/state')).status, 401);
  const again = await new HttpVisitor(console.url).signIn({ link: await console.link() });
  assert.deepEqual([again.status, again.body['code']], [401, 'wrong_password']);
});

test('the cookie is out of reach of scripts and other sites', async (t) => {
  const { console } = await startScripted(t, watchers);
  const visitor = new HttpVisitor(console.url);
  const { headers } = await visitor.signIn({ link: await console.link() });
  assert.match(String(headers['set-cookie']), /HttpOnly; SameSite=Strict$/);
  const page = await visitor.ask('GET', '');
  const policy = String(page.headers['content-security-policy']);
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
});

test('files outside the pages are out of reach', async (t) => {
  const { console } = await startScripted(t, watchers);
  const visitor = await signedIn(console);
  for (const path of [
    'assets/../index.html',
    'assets/%2e%2e/%2e%2e/package.json',
    'assets/..%2f..%2f..%2fpackage.json',
    'assets/%5c..%5c..%5cpackage.json',
    'assets//etc/passwd',
    'assets/%00',
  ]) {
    const { status, text } = await visitor.ask('GET', path);
    assert.ok(status === 404 || status === 403 || status === 400, `${path}: ${status}`);
    assert.doesNotMatch(text, /root:|"dependencies"/);
  }
});

test('bodies and messages that are too large, or nonsense, are refused', async (t) => {
  const { daemon, console } = await startScripted(t, watchers);
  const visitor = await signedIn(console);
  const ask = async (body: unknown) =>
    (await visitor.ask('POST', 'api/commands/stop', { body })).status;
  assert.equal(await ask({ name: 'x'.repeat(300_000) }), 413);
  assert.equal(await ask('{"name": '), 400);
  assert.equal(await ask('[1]'), 400);
  assert.equal(await ask('{"__proto__": {"name": "web"}}'), 400);
  assert.equal((await visitor.ask('POST', 'api/commands/__proto__', { body: {} })).status, 404);
  assert.equal((await visitor.ask('GET', 'api/history?seconds=1e99')).status, 400);
  assert.deepEqual(changes(daemon.requests), []);
  const { host, origin } = new URL(console.url);
  const socket = new WebSocket(`ws://${host}/live`, {
    headers: { cookie: visitor.cookie, origin },
  });
  await new Promise((done) => socket.once('open', done));
  for (const message of ['', '{', '[]', '{"type":"open","watcher":{}}', '{"type":"resume"}'])
    socket.send(message);
  const closed = new Promise<number>((done) => socket.once('close', done));
  socket.send('x'.repeat(20_000));
  assert.equal(await closed, 1009);
  assert.equal((await visitor.ask('GET', 'livez')).status, 200);
});

test('who may look, looks: every command that changes something is refused and noted', async (t) => {
  const { daemon, console } = await startScripted(t, watchers, [
    ...['--users-file', await usersFile(t)],
  ]);
  const ben = new HttpVisitor(console.url);
  await ben.signIn({ user: 'ben', password: passwords.ben });
  for (const { name, isReadOnly } of catalog) {
    const { status, body } = await ben.ask('POST', `api/commands/${name}`, {
      body: { name: 'web' },
    });
    if (isReadOnly) assert.notEqual(status, 403, name);
    else assert.deepEqual([name, status, body['code']], [name, 403, 'view_only']);
  }
  assert.deepEqual(changes(daemon.requests), []);
  await console.logged(/audit: ben \(view\): stop {"name":"web"}: refused/);
  const anna = new HttpVisitor(console.url);
  await anna.signIn({ user: 'anna', password: passwords.anna });
  assert.equal(
    (await anna.ask('POST', 'api/commands/stop', { body: { name: 'web' } })).status,
    200,
  );
  await console.logged(/audit: anna \(admin\): stop {"name":"web"}: ok/);
});

test('guessing a password is slowed down, for the right one too', async (t) => {
  const { console } = await startScripted(t, watchers, ['--users-file', await usersFile(t)]);
  const visitor = new HttpVisitor(console.url);
  const signIn = async (password: string) =>
    (await visitor.signIn({ user: 'anna', password })).status;
  for (let count = 0; count < 5; count += 1) assert.equal(await signIn(`guess ${count}`), 401);
  assert.equal(await signIn('one more'), 429);
  assert.equal(await signIn(passwords.anna), 429);
  const basic = Buffer.from(`anna:${passwords.anna}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  assert.equal((await visitor.ask('GET', 'api/state', { headers })).status, 429);
});

test('--no-add: nobody adds a watcher, whatever the role', async (t) => {
  const { daemon, console } = await startScripted(t, watchers, ['--no-add']);
  const visitor = await signedIn(console);
  const body = { name: 'x', cmd: 'id' };
  const { status, body: told } = await visitor.ask('POST', 'api/commands/add', { body });
  assert.deepEqual([status, told['code']], [403, 'switched_off']);
  assert.deepEqual(changes(daemon.requests), []);
});

test('a secret of the environment is in no reply and no line of the log', async (t) => {
  const secret = 'not for the log';
  const options = { cmd: 'web', env: { PASSWORD: secret } };
  const { daemon, console } = await startScripted(t, { web: { pids: [], options } });
  daemon.answers.set('config', () => ({ options: [{ name: 'env', value: { P: secret } }] }));
  const visitor = await signedIn(console);
  for (const command of ['options', 'get', 'config']) {
    const body = { name: 'web', ...(command === 'get' ? { keys: ['env'] } : {}) };
    const { status, text } = await visitor.ask('POST', `api/commands/${command}`, { body });
    assert.equal(status, 200, command);
    assert.doesNotMatch(text, new RegExp(secret), command);
  }
  await visitor.ask('POST', 'api/commands/add', { body: { name: 'x', cmd: 'id', options } });
  await console.logged(/audit: operator \(admin\): add .*\*{8}/);
  assert.doesNotMatch(console.log, new RegExp(secret));
});

/** Commands that reached circusd and change something. */
function changes(requests: readonly { readonly command: string }[]): string[] {
  const reads = new Set(catalog.filter(({ isReadOnly }) => isReadOnly).map(({ name }) => name));
  return requests.map(({ command }) => command).filter((command) => !reads.has(command));
}

function forged(cookie: string): string {
  const [name = '', value = ''] = cookie.split('=');
  const [body = '', mac = ''] = value.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  const changed = Buffer.from(JSON.stringify({ ...claims, user: 'eve' })).toString('base64url');
  return `${name}=${changed}.${mac}`;
}

/** The status that a websocket is refused with; 101: it is open. */
async function opened(url: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(url, { headers });
  return await new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
    socket.on('open', () => {
      resolve(101);
      socket.close();
    });
    socket.on('error', reject);
  });
}

async function usersFile(t: TestContext): Promise<string> {
  const path = join(makeFolder(t), 'users');
  for (const [name, role] of [
    ['anna', 'admin'],
    ['ben', 'view'],
  ] as const) {
    const words = ['bin/circushttpd.js', 'user', 'add', '--users-file', path, '--role', role, name];
    const program = new Program([process.execPath, ...words], { stdin: `${passwords[name]}\n` });
    assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr);
  }
  return path;
}
