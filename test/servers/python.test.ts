/** Python servers on circusd's sockets, from examples/sockets (manual 5.7.2, 5.7.3, 5.16). */
import { test } from 'node:test';
import { type Example, hasAll, startExample } from './example.ts';

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

async function checkWebApp(example: Example, name: string, path: string): Promise<void> {
  await example.checkLife(name, async () => {
    const text = await example.fetch(8080, path);
    if (!text.startsWith('hello tarek from process ')) throw new Error(text);
    return text;
  });
}
