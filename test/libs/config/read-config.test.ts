import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readConfig } from '#libs/config';
import { faultLines, readText, writeFiles } from './read-text.ts';

const manualExample = `
[circus]
check_delay = 5
endpoint = tcp://127.0.0.1:5555
pubsub_endpoint = tcp://127.0.0.1:5556
include = /path/to/configs/*.enabled.ini

[watcher:myprogram]
cmd = python
args = -u myprogram.py $(WID) $(ENV.VAR)
warmup_delay = 0
numprocesses = 5

# will push in test.log the stream every 300 ms
stdout_stream.class = FileStream
stdout_stream.filename = test.log
stdout_stream.refresh_time = 0.3

[plugin:statsd]
use = circus.plugins._statsd.StatsdEmitter
host = localhost
port = 8125
sample_rate = 1.0
application_name = example

[socket:web]
host = localhost
port = 8080
`;

test('reads the example of the manual (5.3)', (t) => {
  const { config, faults, warnings } = readText(t, manualExample, { VAR: 'v' });
  assert.deepEqual(faults, []);
  assert.equal(warnings.length, 1);
  const [watcher] = config.watchers;
  assert.equal(watcher?.options.args, '-u myprogram.py $(WID) v');
  assert.equal(watcher?.options.numprocesses, 5);
  assert.deepEqual(watcher?.streams, {
    stdout: { class: 'FileStream', filename: 'test.log', refresh_time: '0.3' },
  });
  assert.equal(config.plugins[0]?.values['use'], 'circus.plugins._statsd.StatsdEmitter');
  assert.equal(config.sockets[0]?.options.port, 8080);
  assert.equal(config.circus.check_delay, 5);
});

test('sorts by name, and ignores sections that are empty or unknown', (t) => {
  const { config, faults } = readText(
    t,
    '[watcher:b]\ncmd=x\n[watcher:B2]\ncmd=x\n[watcher:a]\ncmd=x\n[watcher:empty]\n[nginx]\nx = 1\n[plugin:none]\n',
  );
  assert.deepEqual(
    config.watchers.map(({ name }) => name),
    ['B2', 'a', 'b'],
  );
  assert.deepEqual([faults, config.plugins], [[], []]);
});

test('keeps free-form options as written, and knows others in any case', (t) => {
  const { config } = readText(
    t,
    '[watcher:w]\ncmd = x\nPriority = 9\nRLIMIT_NOFILE = 500\nrlimit_core =\nflapping.Max = 5\nHooks.Before_Start = a.b, true\nStop_Signal = sigint\nStdout_Stream.Class = S\nstdout_stream.Kw = 1\n',
  );
  const [watcher] = config.watchers;
  assert.equal(watcher?.options.priority, 9);
  assert.equal(watcher?.options.stop_signal, 2);
  assert.deepEqual(watcher?.rlimits, { nofile: 500, core: null });
  assert.deepEqual(watcher?.streams, { stdout: { class: 'S', Kw: '1' } });
  assert.deepEqual(watcher?.freeForm, { 'flapping.Max': '5' });
  assert.deepEqual(watcher?.hooks, { before_start: 'a.b, true' });
});

test('runs the statistics when their endpoint is given, unless told otherwise', (t) => {
  const statsd = (text: string) => readText(t, `[circus]\n${text}`).config.circus.statsd;
  assert.equal(statsd('debug = 1'), false);
  assert.equal(statsd('stats_endpoint = tcp://127.0.0.1:5557'), true);
  assert.equal(statsd('stats_endpoint = tcp://127.0.0.1:5557\nstatsd = no'), false);
  assert.equal(statsd('statsd = yes'), true);
});

const wrong: [text: string, fault: string][] = [
  [
    '[circus]\ncheck_dely = 1',
    "circus.ini:2: [circus] check_dely = 1: 'check_dely' is no option of [circus]: did you mean check_delay?",
  ],
  [
    '[circus]\numask = 9',
    'circus.ini:2: [circus] umask = 9: "9" is not an octal number such as 022',
  ],
  [
    '[circus]\nendpoint_owner = nobody!',
    'circus.ini:2: [circus] endpoint_owner = nobody!: there is no user nobody!',
  ],
  [
    '[watcher:A]\ncmd = x\n[watcher:a]\ncmd = y',
    'circus.ini:3: [watcher:a]: has the name of [watcher:A] (circus.ini:1), case does not count: rename one',
  ],
  ['[watcher:]\ncmd = x', 'circus.ini:1: [watcher:]: has no name: write [watcher:NAME]'],
  [
    '[watcher:a]\ncmd = x\nsingleton = 1\nnumprocesses = 2',
    'circus.ini:4: [watcher:a] numprocesses = 2: a singleton has 0 or 1 processes',
  ],
  [
    '[watcher:a]\ncmd = x\ncopy_path = 1',
    'circus.ini:3: [watcher:a] copy_path = 1: needs copy_env = True',
  ],
  [
    '[watcher:a]\ncmd = x\nvirtualenv = v',
    'circus.ini:3: [watcher:a] virtualenv = v: needs copy_env = True',
  ],
  [
    '[watcher:a]\ncmd = x\nuid = nobody!',
    'circus.ini:3: [watcher:a] uid = nobody!: there is no user nobody!',
  ],
  ['[watcher:a]\ncmd = x\ngid = 5', 'circus.ini:3: [watcher:a] gid = 5: there is no group 5'],
  [
    '[watcher:a]\ncmd = x\nrlimit_nofil = 5',
    "circus.ini:3: [watcher:a] rlimit_nofil = 5: unknown key 'rlimit_nofil', did you mean rlimit_nofile?",
  ],
  [
    '[watcher:a]\ncmd = x\nstop_signal = STOPP',
    'circus.ini:3: [watcher:a] stop_signal = STOPP: signal invalid: "STOPP", use a name such as TERM or SIGRTMIN+1, or 0 to 64',
  ],
  [
    '[watcher:a]\ncmd = x\nstdout_stream.max_bytes = 1',
    "circus.ini:3: [watcher:a] stdout_stream.max_bytes = 1: a stream must have a 'class', or a 'filename' for a FileStream",
  ],
  [
    '[watcher:a]\ncmd = x\nstderr_stream.class = Fil',
    'circus.ini:3: [watcher:a] stderr_stream.class = Fil: there is no stream class Fil',
  ],
  [
    '[watcher:a]\ncmd = x\nstdout_stream = Fil',
    'circus.ini:3: [watcher:a] stdout_stream = Fil: has options of its own: write stdout_stream.class = Fil',
  ],
  [
    '[watcher:a]\ncmd = x\nenv = A',
    `circus.ini:3: [watcher:a] env = A: 'A' has no name before a "=": write NAME=value,NAME2=value2`,
  ],
  [
    '[plugin:p]\nx = 1',
    'circus.ini:1: [plugin:p]: does not say which plugin it is: write use = path.to.Plugin, or cmd = what runs it',
  ],
  [
    '[plugin:p]\nuse = x\npriority = high',
    'circus.ini:3: [plugin:p] priority = high: "high" is not a whole number such as 3',
  ],
];

test('tells each static fault with its place and remedy', (t) => {
  for (const [text, line] of wrong) {
    const folder = writeFiles(t, { 'circus.ini': text });
    const { faults } = readConfig(
      join(folder, 'circus.ini'),
      {},
      {
        user: (name) => `there is no user ${name}`,
        group: (name) => `there is no group ${name}`,
        stream: ({ class: name = 'FileStream' }) =>
          name === 'FileStream'
            ? []
            : [{ key: 'class', message: `there is no stream class ${name}` }],
      },
    );
    assert.deepEqual(faultLines(faults), [line]);
  }
});

test('warns of what looks like a slip and could be meant', (t) => {
  const { faults, warnings } = readText(
    t,
    '[Watcher:x]\ncmd = x\n[watchers:y]\ncmd = x\n[watcher:a]\nnumproceses = 2\n',
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(faultLines(warnings), [
    'circus.ini:1: [Watcher:x]: is unknown and ignored: did you mean [watcher:NAME]?',
    'circus.ini:3: [watchers:y]: is unknown and ignored: did you mean [watcher:NAME]?',
    'circus.ini:5: [watcher:a]: has no cmd, so it cannot start: write cmd = ...',
    'circus.ini:6: [watcher:a] numproceses = 2: is no option of circusd and only kept for plugins: did you mean numprocesses?',
  ]);
  const quote = readText(t, "[watcher:a]\ncmd = sh -c 'x").warnings;
  assert.match(faultLines(quote).join(), /cannot be split .* a quote is never closed/);
});

test('never throws, whatever the text', (t) => {
  const folder = writeFiles(t, {});
  const file = join(folder, 'circus.ini');
  const lines = [...manualExample.split('\n'), ...wrong.flatMap(([text]) => text.split('\n'))];
  const pieces = [
    '[',
    ']',
    '=',
    ':',
    ';',
    ' ',
    '\t',
    '\n',
    '\r',
    '\0',
    '"',
    "'",
    '\\',
    '$(circus.env.A)',
    '__proto__',
    'env:[',
    '\uFEFF',
    '\uD800',
    '=x',
    '%',
  ];
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...lines) },
    { weight: 2, arbitrary: fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const mutation = fc.record({
    at: fc.nat(2000),
    cut: fc.nat(5),
    put: fc.constantFrom('', ...pieces),
  });
  const text = fc.tuple(fc.array(line, { maxLength: 30 }), fc.array(mutation, { maxLength: 8 }));
  const seed = Date.now() % 2 ** 31;
  t.diagnostic(`fast-check seed ${seed}`);
  fc.assert(
    fc.property(text, ([parts, mutations]) => {
      let ini = parts.join('\n');
      for (const { at, cut, put } of mutations) ini = ini.slice(0, at) + put + ini.slice(at + cut);
      const reading = readMemory(file, ini);
      for (const fault of [...reading.faults, ...reading.warnings]) {
        assert.ok(fault.message.length > 0 && fault.file.length > 0);
      }
      assert.equal(typeof reading.config.circus.endpoint, 'string');
    }),
    { numRuns: 2000, seed },
  );
});

function readMemory(file: string, text: string) {
  writeFileSync(file, text);
  return readConfig(file, { A: 'a [ = " \n', HOME: '/root' }, { user: () => 'no such user' });
}
