/** Plugins as circusd runs them (manual 5.10, protocol 5). */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { receiveDatagrams } from '../plugins/datagrams.ts';
import { configText, type Daemon, startDaemon } from './daemon.ts';
import { until } from './until.ts';

const flapping = '[plugin:flapping]\nuse = circus.plugins.flapping.Flapping\n';

/** Plugins need a moment to load; what they say at their start tells that they are there. */
async function untilStarted(daemon: Daemon, name: string): Promise<void> {
  await until(
    `plugin:${name} has started`,
    () => daemon.log,
    (log) => new RegExp(`plugin:${name}\\[\\d+\\] \\[INFO\\] Starting`).test(log),
  );
}

test('Flapping stops what keeps crashing, retries, gives up; whatever the crashes, 20 of 20', async (t) => {
  const names = Array.from({ length: 20 }, (_, at) => `crash${at}`);
  const sections = names.map((name) => {
    const life = (Math.random() * 0.4).toFixed(3);
    return `[watcher:${name}]\ncmd = sh -c "sleep ${life}; exit 1"\nnumprocesses = ${1 + Math.floor(Math.random() * 3)}\nautostart = False\n`;
  });
  const options = 'retry_in = 1\nmax_retry = 1\n';
  const steady = '[watcher:steady]\ncmd = sleep 600\nnumprocesses = 2\n';
  const daemon = await startDaemon(t, `${sections.join('')}${steady}${flapping}${options}`);
  await untilStarted(daemon, 'flapping');
  for (const name of names) await daemon.call('start', { name });
  const said = (name: string, what: string): RegExp =>
    new RegExp(`\\] ${name}: flapping detected: ${what}`);
  await until(
    'all are given up',
    () => names.filter((name) => !said(name, 'reached max retry limit').test(daemon.log)),
    (left) => left.length === 0,
    60_000,
  );
  for (const name of names) {
    assert.match(daemon.log, said(name, 'retry in  1s \\(attempt number 1\\)'));
    await until(
      `${name} is stopped`,
      () => daemon.status(name),
      (status) => status === 'stopped',
    );
    const starts = daemon.names(0, name).filter((event) => event === 'stop');
    assert.equal(starts.length, 2, name);
  }
  assert.equal(await daemon.status('steady'), 'active');
});

test('a reload of 50, restarts, and kills over many processes do not look like flapping', async (t) => {
  const text = `[watcher:many]\ncmd = sleep 600\nnumprocesses = 50\n[watcher:one]\ncmd = sleep 600\n`;
  const daemon = await startDaemon(t, `${text}${flapping}`);
  await untilStarted(daemon, 'flapping');
  await daemon.running('many', 50);
  await daemon.call('reload', { name: 'many', waiting: true });
  await daemon.call('reload', { name: 'many', sequential: true, waiting: true });
  for (let round = 0; round < 4; round += 1) {
    await daemon.call('restart', { name: 'one', waiting: true });
  }
  for (let kills = 0; kills < 60; kills += 1) {
    const pids = await daemon.pids('many');
    const victim = pids[Math.floor(Math.random() * pids.length)] ?? 0;
    process.kill(victim, 'SIGKILL');
    await until(
      'it is replaced',
      () => daemon.pids('many'),
      (now) => !now.includes(victim),
    );
  }
  await daemon.running('many', 50);
  await daemon.caughtUp();
  assert.doesNotMatch(daemon.log, /flapping detected/);
});

test('options of a watcher win over those of the plugin, names with spaces included', async (t) => {
  const crash = 'cmd = sh -c "sleep 0.05; exit 1"\nautostart = False\n';
  const daemon = await startDaemon(
    t,
    `[watcher:two words]\n${crash}flapping.max_retry = 0\n[watcher:left_alone]\n${crash}flapping.active = False\n${flapping}`,
  );
  await untilStarted(daemon, 'flapping');
  await daemon.call('start', { name: 'two words' });
  await daemon.call('start', { name: 'left_alone' });
  await until('it is given up', () => /two words: flapping detected: reached/.test(daemon.log));
  await until(
    'it is stopped',
    () => daemon.status('two words'),
    (status) => status === 'stopped',
  );
  const reaps = (): number =>
    daemon.names(0, 'left_alone').filter((name) => name === 'reap').length;
  await until('the other one goes on', reaps, (count) => count >= 5);
  assert.doesNotMatch(daemon.log, /left_alone: flapping/);
});

test('StatsdEmitter sends one datagram for every event', async (t) => {
  const statsd = await receiveDatagrams(t);
  const plugin = `[plugin:statsd]\nuse = circus.plugins._statsd.StatsdEmitter\nport = ${statsd.port}\napplication_name = example\n`;
  const daemon = await startDaemon(t, `[watcher:Web.a b]\ncmd = sleep 600\n${plugin}`);
  await untilStarted(daemon, 'statsd');
  await daemon.running('web.a b', 1);
  const from = daemon.events.length;
  await until('events reach statsd', async () => {
    await daemon.call('set', { name: 'web.a b', options: { priority: 1 } });
    return statsd.lines.length > 0;
  });
  await daemon.call('restart', { name: 'web.a b', waiting: true });
  await daemon.caughtUp();
  const events = daemon.names(from, 'web.a_b').filter((name) => name !== 'updated');
  const sent = (): string[] => statsd.lines.filter((line) => !/updated|probe/.test(line));
  const expected = events.map((event) => `circus.example.watcher.web.a_b.${event}:1|c`);
  assert.deepEqual(
    [...expected].sort(),
    ['kill', 'reap', 'spawn', 'start', 'stop'].map(
      (event) => `circus.example.watcher.web.a_b.${event}:1|c`,
    ),
  );
  const own = (): string[] => sent().filter((line) => line.includes('web.a_b'));
  await until('all are sent', own, (lines) => lines.length >= expected.length);
  assert.deepEqual(own().slice(-expected.length), expected);
});

test('reloadconfig adds, changes and removes plugins, as it does watchers', async (t) => {
  const echo = (name: string, words: string): string =>
    `[plugin:${name}]\ncmd = sh -c 'echo "$CIRCUS_PLUGIN_NAME: $CIRCUS_PLUGIN_CONFIG"; exec sleep 600'\nwords = ${words}\n`;
  const daemon = await startDaemon(
    t,
    `${echo('kept', 'a')}${echo('changed', 'a')}${echo('gone', 'a')}`,
  );
  for (const name of ['kept', 'changed', 'gone']) await daemon.running(`plugin:${name}`, 1);
  const kept = await daemon.pids('plugin:kept');
  const next = `${echo('kept', 'a')}${echo('changed', 'b')}${echo('new', 'c')}`;
  // Another endpoint holds from the next start of circusd on: plugins go on using this one.
  const text = configText(daemon.folder, next).replace(/^(endpoint = .*)$/m, '$1-later');
  writeFileSync(join(daemon.folder, 'circus.ini'), text);
  await daemon.call('reloadconfig', { waiting: true });
  const { watchers } = await daemon.call('list');
  assert.deepEqual(watchers, ['plugin:changed', 'plugin:kept', 'plugin:new']);
  assert.deepEqual(await daemon.pids('plugin:kept'), kept);
  await until('it was told', () => daemon.program.stdout.includes('changed: {"words":"b"}'));
  await until('the new one runs', () => daemon.program.stdout.includes('new: {"words":"c"}'));
});

test('a plugin that cannot be loaded is a watcher in trouble, and says why', async (t) => {
  const daemon = await startDaemon(
    t,
    `[plugin:lost]\nuse = ./lost.js#Lost\n[plugin:wrong]\nuse = circus.plugins.flapping.Flapping\nattempts = many\nwindow = x\n[watcher:web]\ncmd = sleep 600\n`,
  );
  await until(
    'both have said it',
    () => daemon.log,
    (log) => /no file/.test(log) && /wrong options/.test(log),
  );
  assert.match(
    daemon.log,
    /plugin:lost\[\d+\] \[ERROR\] \.\/lost\.js#Lost: there is no file \S+lost\.js/,
  );
  assert.match(
    daemon.log,
    /\[ERROR\] wrong options: attempts = many: "many" is not a whole number such as 3; window = x: "x" is not a number/,
  );
  assert.equal(await daemon.status('web'), 'active');
});

test('handle_stop runs when circusd ends the plugin; a plugin ends with a circusd that was killed', async (t) => {
  const plugin = (file: string): string => `
    const { appendFileSync } = require('node:fs');
    exports.Plain = class {
      constructor(context) { this.name = context.name; this.active = true; }
      handle_init() { appendFileSync('${file}', 'init '); }
      handle_recv() {}
      handle_stop() { appendFileSync('${file}', 'stop '); }
    };`;
  const text = '[plugin:plain]\nuse = ./plain.cjs#Plain\n';
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const daemon = await startDaemon(t, text);
    const file = join(daemon.folder, 'calls');
    writeFileSync(file, '');
    writeFileSync(join(daemon.folder, 'plain.cjs'), plugin(file));
    await until('it is initialised', () => readFileSync(file, 'utf8') === 'init ');
    await daemon.stop(signal);
    await until('it is stopped', () => readFileSync(file, 'utf8') === 'init stop ');
  }
});
