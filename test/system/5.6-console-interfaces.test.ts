/** What programs talk to: commands over HTTP, OpenAPI, metrics, health, and the command line. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { catalog } from '#libs/commands';
import { HttpVisitor } from '../console/http-visitor.ts';
import { signedIn, startScripted } from '../console/scripted-console.ts';
import { hasComponent, isReadable, makeFolder, run } from './daemon.ts';
import { until } from './until.ts';

const promtool = '/usr/bin/promtool';
const watchers = {
  web: { pids: [101, 102] },
  'a "b"\\ c': { pids: [103] },
  idle: { pids: [] },
};

test('the OpenAPI document is valid and has every command', async (t) => {
  const { console } = await startScripted(t, watchers);
  const { body } = await new HttpVisitor(console.url).ask('GET', 'api/openapi.json');
  const { valid, errors } = await new Validator().validate(body);
  assert.ok(valid, JSON.stringify(errors));
  const paths = body['paths'] as Record<string, { get?: object; post?: object }>;
  for (const { name, isReadOnly } of catalog) {
    const path = paths[`/api/commands/${name}`];
    assert.deepEqual([name, path?.get !== undefined], [name, isReadOnly]);
    assert.ok(path?.post, name);
  }
});

test('a command is carried out by POST, and one that reads by GET too', async (t) => {
  const { daemon, console } = await startScripted(t, watchers);
  const visitor = await signedIn(console);
  const posted = await visitor.ask('POST', 'api/commands/incr', { body: { name: 'web', nb: 2 } });
  assert.equal(posted.body['status'], 'ok');
  const sent = daemon.requests.find(({ command }) => command === 'incr');
  assert.deepEqual(sent?.properties, { name: 'web', nb: 2 });
  const got = await visitor.ask('GET', 'api/commands/list?name=web');
  assert.deepEqual(got.body['pids'], [101, 102]);
  const refused = await visitor.ask('POST', 'api/commands/list', { body: { name: 'nobody' } });
  assert.deepEqual(
    [refused.status, refused.body],
    [409, { code: 'errno_3', message: 'program nobody not found' }],
  );
  assert.equal((await visitor.ask('GET', 'api/commands/nonsense')).status, 404);
  assert.equal((await visitor.ask('GET', 'api/nonsense')).status, 404);
});

test('promtool finds nothing wrong with the metrics', async (t) => {
  const { console } = await startScripted(t, watchers);
  const { text, headers } = await new HttpVisitor(console.url).ask('GET', 'metrics');
  assert.match(String(headers['content-type']), /^application\/openmetrics-text; version=1\.0\.0/);
  assert.match(text, /^circus_up 1$/m);
  assert.match(text, /^circus_watcher_processes{watcher="web"} 2$/m);
  assert.match(text, /^circus_watcher_processes{watcher="a \\"b\\"\\\\ c"} 1$/m);
  assert.match(text, /^circus_watcher_restarts_total{watcher="web"} 0$/m);
  assert.match(text, /# EOF\n$/);
  if (!hasComponent(t, 'promtool', isReadable(promtool))) return;
  // promtool reads the older text format, which knows no EOF and wants `_total` in the head
  const older = text
    .replace('# EOF\n', '')
    .replaceAll(/^# (HELP|TYPE) (circus_watcher_restarts)\b/gm, '# $1 $2_total');
  const { status, stderr, stdout } = spawnSync(promtool, ['check', 'metrics'], {
    input: older,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr + stdout);
});

test('metrics ask for a sign-in where others can reach them', async (t) => {
  const { console } = await startScripted(t, watchers, ['--host', '0.0.0.0']);
  const { port } = new URL(console.url);
  const visitor = new HttpVisitor(`http://127.0.0.1:${port}/`);
  assert.equal((await visitor.ask('GET', 'metrics')).status, 401);
  await console.logged(/put a proxy with TLS in front/);
});

test('livez tells of the console, readyz of circusd', async (t) => {
  const { daemon, console } = await startScripted(t, watchers);
  const visitor = new HttpVisitor(console.url);
  assert.equal((await visitor.ask('GET', 'readyz')).status, 200);
  daemon.stop();
  const { body } = await until(
    'readyz says no',
    () => visitor.ask('GET', 'readyz'),
    ({ status }) => status === 503,
  );
  assert.match(String(body['reason']), /circusd at tcp:.* does not answer/);
  assert.equal((await visitor.ask('GET', 'livez')).status, 200);
});

test('a program sends name and password with each request', async (t) => {
  const users = join(makeFolder(t), 'users');
  const flags = ['--users-file', users];
  const added = await runConsole(['user', 'add', ...flags, 'robot'], 'a robots password\n');
  assert.equal(added.status, 0, added.stderr);
  const { console } = await startScripted(t, watchers, flags);
  const visitor = new HttpVisitor(console.url);
  const credentials = Buffer.from('robot:a robots password').toString('base64');
  const headers = { authorization: `Basic ${credentials}` };
  const stopped = await visitor.ask('POST', 'api/commands/stop', {
    body: { name: 'web' },
    headers,
  });
  assert.equal(stopped.status, 200);
  runConsole(['user', 'remove', ...flags, 'robot']);
  await until(
    'it is out',
    () => visitor.ask('GET', 'api/state', { headers }),
    ({ status }) => status === 401,
  );
});

test('the command line says what is wrong', async (t) => {
  const folder = makeFolder(t);
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
    [['--help'], 0, /--base-path/],
    [['--nonsense'], 2, /unknown option/],
    [['--port', 'http'], 2, /whole number from 0 to 65535/],
    [['--users-file', join(folder, 'none')], 1, /cannot read the users file/],
    [['--host', '192.0.2.1', '--port', '0'], 1, /cannot listen on 192\.0\.2\.1:0/],
    [['user', 'list', '--users-file', join(folder, 'none')], 1, /cannot read the users file/],
  ];
  for (const [words, code, pattern] of cases) {
    const { status, stdout, stderr } = runConsole(words);
    assert.equal(status, code, `${words}: ${stderr}`);
    assert.match(stdout + stderr, pattern);
    assert.doesNotMatch(stderr, /\n {4}at /);
  }
  const short = runConsole(
    ['user', 'add', '--users-file', join(folder, 'users'), 'anna'],
    'short\n',
  );
  assert.deepEqual(
    [short.status, short.stderr],
    [1, 'circushttpd: a password has at least 8 characters\n'],
  );
});

test('an address in use is told with what would help', async (t) => {
  const { console } = await startScripted(t, watchers);
  const { port } = new URL(console.url);
  const words = [process.execPath, 'bin/circushttpd.js', '--port', port];
  const { code, stderr } = await run(words);
  assert.equal(code, 1);
  assert.match(stderr, /in use by another program; --port chooses another/);
});

function runConsole(words: readonly string[], input = '') {
  const env = { ...process.env, XDG_STATE_HOME: '/dev/null' };
  return spawnSync(process.execPath, ['bin/circushttpd.js', ...words], {
    encoding: 'utf8',
    input,
    env,
    timeout: 30_000,
  });
}
