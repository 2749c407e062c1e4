/** Python servers on circusd's sockets, from examples/sockets (manual 5.7.2, 5.7.3, 5.16). */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Example, fetchText, hasAll, startExample } from './example.ts';

test('accept.ini: five plain accept() loops share a socket', async (t) => {
  const example = await startExample(t, 'accept.ini');
  await example.checkLife('dummy', () => example.fetch(8888));
});

test('gunicorn.ini: a WSGI application under gunicorn', async (t) => {
  if (!hasAll(t, 'gunicorn')) return;
  await checkWebApp(await startExample(t, 'gunicorn.ini'), 'webworker', '/tarek');
});

test('waitress.ini: a WSGI application under waitress', async (t) => {
  if (!hasAll(t, 'waitress')) return;
  await checkWebApp(await startExample(t, 'waitress.ini'), 'webworker', '/tarek');
});

test('django.ini: a Django application', async (t) => {
  if (!hasAll(t, 'gunicorn', 'Django')) return;
  await checkWebApp(await startExample(t, 'django.ini'), 'mysite', '/hello/tarek');
});

test('gunicorn leaves the file of a UNIX socket alone that it has by listen_fds', async (t) => {
  if (!hasAll(t, 'gunicorn')) return;
  const example = await startExample(t, 'gunicorn.ini', unixWebApp);
  const { daemon } = example;
  const path = join(daemon.folder, 'app.sock');
  const ask = () => fetchText({ socketPath: path, path: '/tarek' });
  await example.untilAllServe(await daemon.pids('unix'), ask);
  await daemon.call('stop', { name: 'unix', waiting: true });
  assert.ok(existsSync(path));
  await daemon.call('start', { name: 'unix', waiting: true });
  await example.untilAllServe(await daemon.pids('unix'), ask);
});

const unixWebApp = `[watcher:unix]
cmd = gunicorn wsgi
use_sockets = True
listen_fds = True
[socket:app]
path = app.sock
blocking = False`;

async function checkWebApp(example: Example, name: string, path: string): Promise<void> {
  await example.checkLife(name, async () => {
    const text = await example.fetch(8080, path);
    if (!text.startsWith('hello tarek from process ')) throw new Error(text);
    return text;
  });
}
