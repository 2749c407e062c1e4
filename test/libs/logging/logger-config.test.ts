import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readLoggerConfig } from '#libs/logging';

const folder = mkdtempSync(join(tmpdir(), 'logger-config-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const iniText = (handler: string): string => `[loggers]
keys=root
[handlers]
keys=out
[formatters]
keys=
[logger_root]
level=WARNING
handlers=out
[handler_out]
${handler}
`;

test('default says nothing', () => assert.deepEqual(readLoggerConfig('default'), {}));

test('reads level and file of a fileConfig', () => {
  const path = write('file.ini', iniText("class=FileHandler\nargs=('/var/log/circus.log', 'a')"));
  assert.deepEqual(readLoggerConfig(path), { level: 'warning', output: '/var/log/circus.log' });
});

test('reads standard error of a fileConfig', () => {
  const path = write('stream.ini', iniText('class=StreamHandler\nargs=(sys.stderr,)'));
  assert.deepEqual(readLoggerConfig(path), { level: 'warning', output: '-' });
});

test('reads the logger circus of a dictConfig before its root', () => {
  const path = write(
    'dict.json',
    JSON.stringify({
      version: 1,
      root: { level: 'DEBUG' },
      loggers: { circus: { level: 'ERROR', handlers: ['f'] } },
      handlers: { f: { class: 'logging.handlers.WatchedFileHandler', filename: 'c.log' } },
    }),
  );
  assert.deepEqual(readLoggerConfig(path), { level: 'error', output: 'c.log' });
});

const refused = [
  [
    'mail.ini',
    iniText("class=handlers.SMTPHandler\nargs=('localhost', 'a', 'b', 'c')"),
    /SMTPHandler/,
  ],
  ['logging.yaml', 'version: 1', /only \.json and \.ini/],
  [
    'two.json',
    JSON.stringify({ root: { handlers: ['a', 'b'] } }),
    /logs to one place, and handlers are a, b/,
  ],
] as const;

for (const [name, text, message] of refused) {
  test(`refuses ${name} by what it asks for`, () => {
    assert.throws(() => readLoggerConfig(write(name, text)), message);
  });
}
