/** Watchers that circusd makes by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompanionHost, describeOptions, withCompanions } from '#libs/config';
import { faultLines, readText } from './read-text.ts';

const host: CompanionHost = {
  commandOf: (program) => ['/usr/bin/node', `/opt/circus/${program}.cjs`],
  logLevel: 'warning',
  logOutput: '-',
};

test('stats_endpoint makes the watcher circusd-stats, a singleton with sockets', (t) => {
  const { config, faults } = readText(
    t,
    `[circus]
endpoint = tcp://127.0.0.1:6000
stats_endpoint = tcp://127.0.0.1:6002
stats_period = 0.5
statsd_close_outputs = True
[watcher:web]
cmd = web
[watcher:a]
cmd = a`,
  );
  assert.deepEqual(faults, []);
  const { watchers } = withCompanions(config, host);
  assert.deepEqual(
    watchers.map(({ name }) => name),
    ['a', 'circusd-stats', 'web'],
  );
  const [, stats] = watchers;
  assert.ok(stats);
  const { cmd, executable, args, singleton, use_sockets, copy_env, copy_path, priority } =
    stats.options;
  assert.deepEqual(
    { cmd, executable, singleton, use_sockets, copy_env, copy_path, priority },
    {
      cmd: 'circusd-stats',
      executable: '/usr/bin/node',
      singleton: true,
      use_sockets: true,
      copy_env: true,
      copy_path: true,
      priority: 0,
    },
  );
  assert.deepEqual(args, [
    ...['/opt/circus/circusd-stats.cjs', '--log-level', 'warning'],
    ...['--endpoint', 'tcp://127.0.0.1:6000', '--pubsub', 'tcp://127.0.0.1:5556'],
    ...['--statspoint', 'tcp://127.0.0.1:6002', '--period', '0.5'],
  ]);
  assert.equal(describeOptions(stats)['close_child_stdout'], true);
  assert.equal(stats.origins['args'], '[circus] statsd or stats_endpoint');
});

test('statsd = False makes none, whatever the endpoint', (t) => {
  const text = '[circus]\nstatsd = False\nstats_endpoint = tcp://127.0.0.1:6002';
  assert.deepEqual(withCompanions(readText(t, text).config, host).watchers, []);
});

for (const [what, circus, output, expected] of [
  [
    'a file',
    '',
    '/var/log/circus.log',
    ['--log-level', 'info', '--log-output', '/var/log/circus.log'],
  ],
  ['a syslog that only circusd reaches', '', 'syslog:///dev/log', ['--log-level', 'info']],
  ['debug', 'debug = True', '-', ['--log-level', 'debug']],
] as const) {
  test(`companions log as circusd does: ${what}`, (t) => {
    const { config } = readText(t, `[circus]\nstatsd = True\n${circus}`);
    const [stats] = withCompanions(config, {
      ...host,
      logLevel: 'info',
      logOutput: output,
    }).watchers;
    const args = stats?.options.args;
    assert.ok(Array.isArray(args));
    assert.deepEqual(args.slice(1, args.indexOf('--endpoint')), expected);
  });
}

test('a section with the name of a companion is a fault, as long as the companion is asked for', (t) => {
  const section = '[watcher:Circusd-Stats]\ncmd = mine';
  assert.deepEqual(faultLines(readText(t, section).faults), []);
  const [fault = ''] = faultLines(readText(t, `[circus]\nstatsd = True\n${section}`).faults);
  assert.match(
    fault,
    /circus\.ini:3.*has the name of a watcher that circusd makes because of \[circus\] statsd/,
  );
});
