/** `[plugin:NAME]` and the watcher that is made of it (manual 5.3.3, protocol 5.1). */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type CompanionHost,
  describeOptions,
  type WatcherConfig,
  withCompanions,
} from '#libs/config';
import { faultLines, readText } from './read-text.ts';

const host: CompanionHost = {
  commandOf: (program) => ['/usr/bin/node', `/opt/circus/${program}.cjs`],
  logLevel: 'info',
  logOutput: '-',
};

function watcherOf(t: TestContext, text: string): WatcherConfig {
  const { config, faults } = readText(t, text);
  assert.deepEqual(faultLines(faults), []);
  const watcher = withCompanions(config, host).watchers.find(({ name }) => /^plugin:/.test(name));
  assert.ok(watcher);
  return watcher;
}

const web = '[circus]\nendpoint = tcp://127.0.0.1:6000\npubsub_endpoint = tcp://*:6001\n';

test('use makes a singleton that is started early and told all in its environment', (t) => {
  const watcher = watcherOf(
    t,
    `${web}[plugin:Flap]\nuse = circus.plugins.flapping.Flapping\nwindow = 3\nrx = "^a b$"\n[env]\nA = b`,
  );
  assert.equal(watcher.name, 'plugin:Flap');
  const { cmd, executable, args, singleton, priority, copy_env, copy_path } = watcher.options;
  assert.deepEqual(
    { cmd, executable, args, singleton, priority, copy_env, copy_path },
    {
      cmd: 'circus-plugin',
      executable: '/usr/bin/node',
      args: [
        '/opt/circus/circus-plugin.cjs',
        ...['--log-level', 'info'],
        'circus.plugins.flapping.Flapping',
      ],
      singleton: true,
      priority: 1,
      copy_env: true,
      copy_path: true,
    },
  );
  assert.deepEqual(watcher.env, {
    A: 'b',
    CIRCUS_ENDPOINT: 'tcp://127.0.0.1:6000',
    CIRCUS_PUBSUB_ENDPOINT: 'tcp://127.0.0.1:6001',
    CIRCUS_PLUGIN_NAME: 'Flap',
    CIRCUS_PLUGIN_CONFIG: '{"window":"3","rx":"^a b$"}',
  });
});

test('options of a watcher hold for that of the plugin, and are told to the plugin too', (t) => {
  const watcher = watcherOf(
    t,
    '[plugin:x]\nuse = ./x.js\npriority = 7\nMax_Retry = 2\nstdout_stream.class = StdoutStream\nhue = red',
  );
  assert.deepEqual(
    [watcher.options.priority, watcher.options.max_retry, watcher.streams.stdout],
    [7, 2, { class: 'StdoutStream' }],
  );
  assert.equal(describeOptions(watcher)['hue'], undefined);
  assert.deepEqual(JSON.parse(watcher.env['CIRCUS_PLUGIN_CONFIG'] ?? ''), {
    priority: '7',
    Max_Retry: '2',
    'stdout_stream.class': 'StdoutStream',
    hue: 'red',
  });
});

test('cmd runs a program in any language, which knows the statistics when there are any', (t) => {
  const watcher = watcherOf(
    t,
    '[circus]\nstatsd = True\n[plugin:x]\ncmd = python3 x.py\nargs = --loud\nfile = /tmp/x',
  );
  assert.deepEqual([watcher.options.cmd, watcher.options.args], ['python3 x.py', '--loud']);
  assert.equal(watcher.env['CIRCUS_STATS_ENDPOINT'], 'tcp://127.0.0.1:5557');
  assert.equal(watcher.env['CIRCUS_PLUGIN_CONFIG'], '{"file":"/tmp/x"}');
});

test('args = circus stands for the arguments of the original, in its encoding', (t) => {
  const watcher = watcherOf(
    t,
    `${web}[plugin:wd]\ncmd = python3 -m x\nargs = circus\nport = 16801\nloop_rate = 2\nwatchers_regex = "ok.*"`,
  );
  assert.deepEqual(watcher.options.args, [
    ...['--endpoint', 'tcp://127.0.0.1:6000', '--pubsub', 'tcp://127.0.0.1:6001'],
    ...['--config', 'loop_rate:2:::name:plugin:wd:::port:16801:::watchers_regex:ok.*'],
  ]);
});

for (const [what, text, expected] of [
  [
    'both use and cmd',
    '[plugin:p]\nuse = x\ncmd = y',
    'circus.ini:1: [plugin:p]: has both use and cmd: remove one',
  ],
  [
    'two of one name',
    '[plugin:p]\nuse = x\n[plugin:P]\nuse = x',
    'circus.ini:3: [plugin:P]: has the name of [plugin:p]',
  ],
  [
    'a watcher of its name',
    '[watcher:Plugin:p]\ncmd = x\n[plugin:p]\nuse = x',
    "circus.ini:3: [plugin:p]: runs as the watcher 'plugin:p', and [watcher:Plugin:p]",
  ],
  [
    'several processes',
    '[plugin:p]\nuse = x\nnumprocesses = 2',
    'circus.ini:3: [plugin:p] numprocesses = 2: a singleton has 0 or 1 processes',
  ],
] as const) {
  test(`a plugin with ${what} is a fault`, (t) => {
    const [fault = ''] = faultLines(readText(t, text).faults);
    assert.ok(fault.startsWith(expected), fault);
  });
}
