import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyWatcherOption,
  checkWatcherOption,
  createWatcherConfig,
  defaultWatcherOptions,
  describeOptions,
  hookNames,
  parseWatcherOption,
  printWatcherOption,
  rlimitNames,
} from '#libs/config';
import type { Json } from '#libs/protocol';

const web = createWatcherConfig('Web', 'sleep 1', [], {});

function set(config: typeof web, name: string, value: Json): typeof web {
  return applyWatcherOption(
    config,
    checkWatcherOption(name, value, { known: Object.keys(config.freeForm) }),
  );
}

test('has the documented defaults', () => {
  const {
    stop_signal,
    max_retry,
    graceful_timeout,
    max_age,
    max_age_variance,
    respawn,
    autostart,
  } = defaultWatcherOptions();
  assert.deepEqual(
    { stop_signal, max_retry, graceful_timeout, max_age, max_age_variance, respawn, autostart },
    {
      stop_signal: 15,
      max_retry: 5,
      graceful_timeout: 30,
      max_age: 0,
      max_age_variance: 30,
      respawn: true,
      autostart: true,
    },
  );
});

const wrongOnWire: [name: string, value: Json, reason: string][] = [
  ['zork', 1, "unknown key 'zork'"],
  ['__proto__', 1, "unknown key '__proto__'"],
  ['numprocesses', '3', "'numprocesses' isn't an integer"],
  ['warmup_delay', '1', "'warmup_delay' isn't a number"],
  ['shell', 'yes', "'shell' isn't a valid boolean"],
  ['uid', null, ''],
  ['uid', 1.5, "'uid' isn't an integer or string"],
  ['env', 'A=1', "'env' isn't a valid object"],
  ['env', { A: 1 }, "'A' isn't a string"],
  ['cmd', 1, "'cmd' isn't a string"],
  ['graceful_timeout', -1, "'graceful_timeout' is too low, 0 is the lowest"],
  ['rlimit_nofile', '5', "'rlimit_nofile' isn't an integer"],
  ['rlimit_nofiles', 5, "unknown key 'rlimit_nofiles', did you mean rlimit_nofile?"],
  ['hooks', 'a', "'hooks' isn't a valid object"],
  ['hooks.before_start', 5, "'hooks.before_start' isn't a string or [string, boolean]"],
  ['stdout_stream', 'FileStream', "'stdout_stream' isn't a valid object"],
  [
    'stdout_stream',
    { x: 1 },
    "'stdout_stream' must have a 'class', or a 'filename' for a FileStream",
  ],
  ['stdout_stream.', 'x', "unknown key 'stdout_stream.'"],
  ['stdout_stream.filename', null, "'stdout_stream.filename' isn't a string"],
];

test('refuses wrong wire values with the reasons that clients know', () => {
  for (const [name, value, message] of wrongOnWire) {
    if (message === '') assert.equal(checkWatcherOption(name, value).value, value);
    else assert.throws(() => checkWatcherOption(name, value), { code: 'invalid_message', message });
  }
});

test('knows the option in any case and tells what setting it does', () => {
  assert.deepEqual(checkWatcherOption('NumProcesses', 2), {
    name: 'numprocesses',
    value: 2,
    effect: 'manage',
  });
  const reloads = ['working_dir', 'cmd', 'args', 'shell_args', 'executable', 'virtualenv'];
  for (const name of reloads) assert.equal(checkWatcherOption(name, 'x').effect, 'reload', name);
  for (const name of ['uid', 'gid', 'max_age', 'max_age_variance']) {
    assert.equal(checkWatcherOption(name, 1).effect, 'reload', name);
  }
  assert.equal(checkWatcherOption('send_hup', true).effect, 'manage');
  assert.equal(checkWatcherOption('rlimit_NOFILE', 5).effect, 'manage');
  assert.equal(checkWatcherOption('stdout_stream.class', 'X').effect, 'stream');
});

test('moves a negative numprocesses to 0, as the original does', () => {
  assert.equal(checkWatcherOption('numprocesses', -2).value, 0);
});

test('takes every limit and every hook', () => {
  for (const limit of rlimitNames) {
    assert.deepEqual(
      parseWatcherOption(`RLIMIT_${limit.toUpperCase()}`, '5').name,
      `rlimit_${limit}`,
    );
  }
  assert.equal(parseWatcherOption('rlimit_ofile', '5').name, 'rlimit_nofile');
  for (const text of ['', 'unlimited', '-1'])
    assert.equal(parseWatcherOption('rlimit_core', text).value, null);
  assert.throws(() => parseWatcherOption('rlimit_core', 'big'), /is not a whole number/);
  assert.equal(hookNames.length, 11);
  for (const hook of hookNames) {
    assert.equal(parseWatcherOption(`hooks.${hook}`, 'a.b, False').value, 'a.b, False');
  }
  assert.throws(
    () => parseWatcherOption('hooks.before_begin', 'a.b'),
    /unknown key 'hooks.before_begin'/,
  );
  assert.throws(() => parseWatcherOption('hooks.before_stop', 'a.b, perhaps'), /is not a hook/);
});

test('reads hooks of a command line and of the wire', () => {
  const value = { before_start: 'a.b,true', after_stop: 'c' };
  assert.deepEqual(parseWatcherOption('hooks', 'before_start:a.b,true,after_stop:c').value, value);
  assert.deepEqual(
    checkWatcherOption('hooks', { before_start: ['a.b', true], after_stop: 'c' }).value,
    value,
  );
});

test('keeps the text of a free-form option, and sets only those that the watcher has', () => {
  assert.deepEqual(parseWatcherOption('Flapping.Max', '5'), {
    name: 'Flapping.Max',
    value: '5',
    effect: 'manage',
  });
  assert.throws(() => checkWatcherOption('flapping.max_retry', 5), /unknown key/);
  const known = ['flapping.max_retry'];
  assert.equal(checkWatcherOption('flapping.max_retry', 5, { known }).value, '5');
});

test('applies options without changing the configuration it is given', () => {
  const changed = set(
    set(set(web, 'rlimit_core', 0), 'stdout_stream.filename', 'x'),
    'hooks.after_stop',
    'a',
  );
  assert.deepEqual(web.rlimits, {});
  assert.deepEqual(changed.rlimits, { core: 0 });
  assert.deepEqual(changed.streams, { stdout: { filename: 'x' } });
  assert.deepEqual(changed.hooks, { after_stop: 'a' });
  assert.deepEqual(set(changed, 'stdout_stream', { class: 'S' }).streams, {
    stdout: { class: 'S' },
  });
});

test('set env replaces the environment, the copied one too, until copy_env is set again', () => {
  const replaced = set(set(web, 'copy_env', true), 'env', { A: '1' });
  assert.deepEqual([replaced.env, replaced.isEnvReplaced], [{ A: '1' }, true]);
  assert.equal(set(replaced, 'copy_env', true).isEnvReplaced, false);
});

const originalKeys =
  'args close_child_stderr close_child_stdin close_child_stdout cmd copy_env env executable gid graceful_timeout max_age max_age_variance max_retry numprocesses on_demand priority respawn send_hup shell shell_args singleton stderr_stream_conf stdout_stream_conf stop_children stop_signal uid use_sockets warmup_delay working_dir';
const ourKeys =
  'backoff_factor backoff_initial backoff_max backoff_min_life backoff_reset listen_fds nice umask';

test('describes the options with the key set of the original and our own, sorted', () => {
  const keys = `${originalKeys} ${ourKeys}`.split(' ').sort();
  assert.deepEqual(Object.keys(describeOptions(web)), keys);
});

test('describes what is set beyond that', () => {
  const full = createWatcherConfig('w', 'x', 'a b', {
    autostart: false,
    rlimit_nofile: 5,
    'hooks.before_stop': 'a.b,False',
    stdout_stream: { class: 'FileStream', filename: 'f', max_bytes: 10 },
    env: { B: '2', A: '1' },
    flapping_window: 2,
  });
  const shown = describeOptions({ ...full, freeForm: { 'flapping.max_retry': '5' } });
  assert.equal(shown['autostart'], false);
  assert.equal(shown['rlimit_nofile'], 5);
  assert.equal(shown['hooks.before_stop'], 'a.b,False');
  assert.equal(shown['flapping.max_retry'], '5');
  assert.equal(shown['flapping_window'], 2);
  assert.deepEqual(shown['stdout_stream_conf'], { filename: 'f', max_bytes: '10' });
  assert.deepEqual(shown['env'], { B: '2', A: '1' });
});

test('prints options as the console does', () => {
  const printed: [string, Json, string][] = [
    ['uid', null, ''],
    ['shell', false, 'False'],
    ['env', { B: '2', A: '1' }, 'A=1,B=2'],
    ['env', {}, ''],
    ['stdout_stream_conf', {}, '{}'],
    ['args', ['a', 'b'], "['a', 'b']"],
    ['stop_signal', 15, '15'],
    ['umask', 18, '0022'],
    ['flapping.max_retry', '5', '5'],
    ['numprocesses', 'many', 'many'],
  ];
  for (const [name, value, text] of printed) assert.equal(printWatcherOption(name, value), text);
});

test('creates a watcher of what add says, or says why not', () => {
  const made = createWatcherConfig('A b', 'sleep', ['1'], {
    uid: 'root',
    copy_env: true,
    env: { A: '1' },
  });
  assert.deepEqual([made.name, made.options.cmd, made.options.args], ['A b', 'sleep', ['1']]);
  assert.deepEqual([made.options.uid, made.env, made.isEnvReplaced], ['root', { A: '1' }, false]);
  const refusals: [name: string, options: Record<string, Json>, reason: RegExp][] = [
    ['', {}, /'name' is empty/],
    ['a', { zork: 1 }, /^unknown key 'zork'$/],
    ['a', { shell: 1 }, /^'shell' isn't a valid boolean$/],
    ['a', { singleton: true, numprocesses: 2 }, /a singleton has 0 or 1/],
    ['a', { copy_path: true }, /'copy_path': needs copy_env = True/],
    ['a', { 'stdout_stream.max_bytes': 1 }, /'stdout_stream' must have a 'class'/],
  ];
  for (const [name, options, message] of refusals) {
    assert.throws(() => createWatcherConfig(name, 'x', [], options), {
      code: 'invalid_message',
      message,
    });
  }
});

test('survives JSON, so that an upgrade can hand it over', () => {
  const full = createWatcherConfig('w', 'x', [], { rlimit_core: null, env: { A: '1' } });
  assert.deepEqual(JSON.parse(JSON.stringify(full)), full);
});

test('refuses names that would break the lines and topics that they are in', () => {
  for (const name of ['web\n', 'a\tb', '\u0000', 'a\u0085b']) {
    assert.throws(() => createWatcherConfig(name, 'sleep', [], {}), {
      code: 'invalid_message',
      message: `'name' has a control character: ${JSON.stringify(name)}`,
    });
  }
});
