import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { type Command, catalog, findCommand, manualPage, propertiesOf } from '#libs/commands';
import type { JsonObject } from '#libs/protocol';
import { readUsage } from '../../../libs/commands/usage.ts';
import { ask } from './ask.ts';
import { type Call, description, scriptedController } from './scripted-controller.ts';

type Flags = Record<string, string | true>;

interface Sample {
  /** The least that has to be sent. */
  readonly properties?: JsonObject;
  /** What is asked of the daemon for it. */
  readonly calls?: readonly Call[];
  /** The reply beyond status and id. */
  readonly reply?: JsonObject;
  readonly printed?: string;
  /** What is typed, and the properties that are sent for it. */
  readonly lines?: readonly (readonly [words: string, flags: Flags, properties: JsonObject])[];
}

const all = { kind: 'all' };
const name = 'WEB-1';
const notWaiting = { waiting: false };

function described(pid: number): JsonObject {
  return { ...description, pid };
}

const samples: Record<string, Sample> = {
  add: {
    properties: { name: 'new', cmd: 'sleep 5' },
    calls: [['add', { name: 'new', cmd: 'sleep 5', args: [], options: {}, start: false }]],
    lines: [
      ['new sleep 5', {}, { name: 'new', cmd: 'sleep 5', start: false, ...notWaiting }],
      [
        "new sleep it's",
        { start: true },
        { name: 'new', cmd: "sleep 'it'\\''s'", start: true, ...notWaiting },
      ],
    ],
  },
  completion: {
    reply: {
      status: 'error',
      reason: 'invalid message. circusctl prints it by itself',
      errno: 3,
      tb: null,
    },
    lines: [['bash', {}, {}]],
  },
  config: {
    properties: { name },
    reply: {
      options: [
        { name: 'cmd', value: 'sleep 5', origin: 'circus.ini:3' },
        { name: 'env', value: { B: '2', A: '1' }, origin: 'default' },
        { name: 'numprocesses', value: 2, origin: 'default' },
        { name: 'shell', value: false, origin: 'default' },
        { name: 'uid', value: null, origin: 'default' },
      ],
    },
    printed: [
      '  cmd = sleep 5     circus.ini:3',
      '  env = A=1,B=2     default',
      '  numprocesses = 2  default',
      '  shell = False     default',
      '  uid =             default',
    ].join('\n'),
    lines: [['web', {}, { name: 'web' }]],
  },
  decr: {
    properties: { name },
    calls: [['changeCount', 'web-1', -1]],
    printed: 'ok',
    lines: [['web 3', {}, { name: 'web', nb: 3, ...notWaiting }]],
  },
  describe: {
    properties: { command: 'numwatchers' },
    reply: {
      commands: [
        {
          name: 'numwatchers',
          summary: findCommand('numwatchers')?.summary ?? '',
          description: findCommand('numwatchers')?.description ?? '',
          usage: '',
          can_wait: false,
          read_only: true,
          properties: {},
          form: null,
        },
      ],
    },
    printed: `  numwatchers  ${findCommand('numwatchers')?.summary}`,
    lines: [['incr', {}, { command: 'incr' }]],
  },
  dstats: {
    reply: { info: { ...described(47864), children: [] } },
    printed: 'Main Process:\n    47864  python root 0 3.00M 2.00G 0.1 0.1 0:00.41',
    lines: [['', {}, {}]],
  },
  events: {
    calls: [['events', 0, undefined]],
    reply: {
      events: [{ topic: 'watcher.web-1.spawn', time: 1.5, seq: 8, wseq: 3, process_pid: 11 }],
      oldest: 3,
      newest: 8,
    },
    printed: 'watcher.web-1.spawn: {"time":1.5,"seq":8,"wseq":3,"process_pid":11}',
    lines: [
      ['', {}, {}],
      ['web', { since: '12' }, { name: 'web', since: 12 }],
    ],
  },
  get: {
    properties: { name, keys: ['cmd', 'env', 'shell', 'uid'] },
    reply: { options: { cmd: 'sleep 5', env: { B: '2', A: '1' }, shell: false, uid: null } },
    printed: 'cmd: sleep 5\nenv: A=1,B=2\nshell: False\nuid: ',
    lines: [['web cmd env', {}, { name: 'web', keys: ['cmd', 'env'] }]],
  },
  globaloptions: {
    reply: {
      options: {
        endpoint: 'tcp://127.0.0.1:5555',
        stats_endpoint: null,
        pubsub_endpoint: 'tcp://127.0.0.1:5556',
        check_delay: 5,
        multicast_endpoint: null,
      },
    },
    printed:
      'endpoint: tcp://127.0.0.1:5555\nstats_endpoint: \npubsub_endpoint: tcp://127.0.0.1:5556\n' +
      'check_delay: 5\nmulticast_endpoint: ',
    lines: [['check_delay', {}, { option: 'check_delay' }]],
  },
  incr: {
    properties: { name },
    calls: [['changeCount', 'web-1', 1]],
    printed: 'ok',
    lines: [
      ['web', {}, { name: 'web', ...notWaiting }],
      ['web -2', { waiting: true }, { name: 'web', nb: -2, waiting: true }],
    ],
  },
  ipython: {
    reply: { shell: false, msg: 'circusd is no Python program' },
    printed: 'error: Could not start ipython kernel',
  },
  kill: {
    properties: { name },
    calls: [['kill', 'web-1', {}]],
    lines: [
      [
        'web 12',
        { signum: 'INT', graceful_timeout: '1.5' },
        { name: 'web', pid: 12, signum: 'INT', graceful_timeout: 1.5, ...notWaiting },
      ],
    ],
  },
  list: {
    reply: { watchers: ['alpha', 'one', 'web-1', 'web-2'] },
    printed: 'alpha,one,web-1,web-2',
    lines: [
      ['', {}, {}],
      ['web', {}, { name: 'web' }],
    ],
  },
  listen: { lines: [['watcher.web. tcp://127.0.0.1:5556', {}, {}]] },
  logs: {
    properties: { name: ['WEB-1', 'one'], stream: 'stderr', since: 60 },
    calls: [
      [
        'logs',
        { keys: ['web-1', 'one'], lines: 100, follow: false, stream: 'stderr', ageSeconds: 60 },
      ],
    ],
    reply: {
      logs: [
        {
          watcher: 'web-1',
          stream: 'stderr',
          pid: 11,
          wid: 1,
          time: null,
          position: 7,
          bytes: 4,
          data: 'a\nb\n',
        },
      ],
      sources: [],
      instance: 'i',
    },
    printed: 'web-1[11] ! a\nweb-1[11] ! b',
    lines: [
      ['', {}, { name: [], lines: 100, follow: false }],
      [
        'web db',
        { follow: true, lines: '5', since: '10m', stdout: true, pid: '7' },
        { name: ['web', 'db'], lines: 5, follow: true, since: 600, stream: 'stdout', pid: 7 },
      ],
      ['', { grep: 'x', since: '2' }, { name: [], lines: 1_000_000, follow: false, since: 2 }],
    ],
  },
  numprocesses: {
    reply: { numprocesses: 9 },
    printed: '9',
    lines: [['web', {}, { name: 'web' }]],
  },
  listsockets: {
    reply: {
      sockets: [
        { fd: 3, name: 'web', backlog: 2048, host: '127.0.0.1', port: 8080 },
        { fd: 4, name: 'ux', backlog: 5, path: '/run/ux.sock' },
      ],
    },
    printed: "3:socket 'web' at 127.0.0.1:8080\n4:socket 'ux' at /run/ux.sock",
    lines: [['', {}, {}]],
  },
  numwatchers: { reply: { numwatchers: 4 }, printed: '4', lines: [['', {}, {}]] },
  options: {
    properties: { name },
    reply: {
      options: {
        cmd: 'sleep 5',
        env: { B: '2', A: '1' },
        numprocesses: 2,
        shell: false,
        uid: null,
      },
    },
    printed: 'cmd: sleep 5\nenv: A=1,B=2\nnumprocesses: 2\nshell: False\nuid: ',
    lines: [['web', {}, { name: 'web' }]],
  },
  quit: { calls: [['quit']], lines: [['', { waiting: true }, { waiting: true }]] },
  reload: {
    calls: [['reload', all, { graceful: true, sequential: false }]],
    lines: [
      ['', {}, { graceful: true, sequential: false, ...notWaiting }],
      [
        'web',
        { terminate: true, sequential: true },
        { name: 'web', graceful: false, sequential: true, ...notWaiting },
      ],
    ],
  },
  reloadconfig: {
    calls: [['reloadConfig', { dryRun: false }]],
    lines: [
      ['', {}, { ...notWaiting }],
      ['', { dryRun: true }, { dry_run: true, ...notWaiting }],
    ],
  },
  reopenlogs: {
    calls: [['reopenLogs']],
    reply: { direct: ['/var/log/x'] },
    printed: 'ok\nwritten by its processes, not opened again: /var/log/x',
    lines: [['', {}, {}]],
  },
  reset: {
    properties: { name },
    calls: [['reset', 'web-1']],
    lines: [['web', {}, { name: 'web', ...notWaiting }]],
  },
  restart: { calls: [['restart', all]], lines: [['', { terminate: true }, notWaiting]] },
  rm: {
    properties: { name },
    calls: [['remove', 'web-1', { nostop: false }]],
    lines: [['web', { nostop: true }, { name: 'web', nostop: true, ...notWaiting }]],
  },
  set: {
    properties: { name, options: { numprocesses: 3, cmd: 'x' } },
    calls: [
      [
        'set',
        'web-1',
        new Map<string, unknown>([
          ['numprocesses', 3],
          ['cmd', 'x'],
        ]),
      ],
    ],
    lines: [
      [
        'web max_retry -1 stop_signal int',
        {},
        { name: 'web', options: { max_retry: -1, stop_signal: 2 }, ...notWaiting },
      ],
    ],
  },
  signal: {
    properties: { name, signum: 'sigterm' },
    calls: [['signal', 'web-1', { signum: 15, children: false, recursive: false }]],
    lines: [
      ['web HUP', {}, { name: 'web', signum: 'HUP', children: false, recursive: false }],
      [
        'web 12 13 15',
        { children: true },
        { name: 'web', signum: '15', pid: 12, childpid: 13, children: true, recursive: false },
      ],
      [
        'web 12 recursive TERM',
        {},
        { name: 'web', signum: 'TERM', pid: 12, children: false, recursive: true },
      ],
    ],
  },
  start: {
    calls: [['start', all]],
    lines: [['w*', { match: 'glob' }, { name: 'w*', match: 'glob', ...notWaiting }]],
  },
  stats: {
    properties: { name, process: 11 },
    reply: { process: 11, info: { ...described(11), age: 2.5, children: [], started: 5, wid: 1 } },
    printed: '11: 11  python root 0 3.00M 2.00G 0.1 0.1 0:00.41\n',
    lines: [
      ['', {}, { extended: false }],
      ['web 12', { extended: true }, { name: 'web', process: '12', extended: true }],
    ],
  },
  status: {
    reply: { statuses: { alpha: 'stopped', one: 'active', 'Web-1': 'active', 'web-2': 'active' } },
    printed: 'Web-1: active\nalpha: stopped\none: active\nweb-2: active',
    lines: [['web', {}, { name: 'web' }]],
  },
  stop: { calls: [['stop', all]], lines: [['web', {}, { name: 'web', ...notWaiting }]] },
  upgrade: {
    properties: { program: '/opt/circusd.js' },
    calls: [['upgrade', { program: '/opt/circusd.js', patience: 10 }]],
    reply: { upgrade: 'started', generation: 2, pid: 4711 },
    // circusctl prints what `version` says then.
    printed: 'circusd , generation 2, pid 4711',
    lines: [
      ['', {}, {}],
      ['', { program: '/opt/../x', patience: '3' }, { program: '/x', patience: '3' }],
    ],
  },
  version: {
    reply: { version: '9.8.7', generation: 2, pid: 4711 },
    printed: 'circusd 9.8.7, generation 2, pid 4711',
    lines: [['', {}, {}]],
  },
};

function sampleOf(command: Command): Sample {
  const sample = samples[command.name];
  assert.ok(sample, `no sample for ${command.name}`);
  return sample;
}

function wordsOf(text: string): string[] {
  return text.split(' ').filter(Boolean);
}

test('the catalog holds every file of its folder under the name of the file, sorted', () => {
  const files = readdirSync('libs/commands/catalog').map((file) => file.replace(/\.ts$/, ''));
  assert.deepEqual(
    catalog.map((command) => command.name),
    files.sort(),
  );
  for (const command of catalog) assert.equal(findCommand(command.name), command);
});

for (const command of catalog) {
  const sample = sampleOf(command);
  const { properties = {}, calls = [], reply = {}, lines = [] } = sample;

  test(`${command.name}: has a manual page with usage, description, flags and examples`, () => {
    const page = manualPage(command);
    assert.match(page, new RegExp(`^usage: circusctl ${command.name}`));
    assert.ok(command.description.length > 60, 'a description');
    assert.ok(command.examples.length > 0, 'an example');
    assert.match(command.manual, /^(5\.\d.*|-)$/);
    for (const { spelling, doc } of command.flags) {
      assert.ok(page.includes(spelling) && page.includes(doc), spelling);
    }
    for (const [property, { doc }] of Object.entries(command.properties)) {
      assert.ok(page.includes(property) && page.includes(doc), property);
    }
    for (const line of command.examples)
      assert.match(line, new RegExp(`circusctl ${command.name}`));
    for (const asked of command.form?.asks ?? []) assert.ok(asked in command.properties, asked);
  });

  test(`${command.name}: a least request with defaults does what it says`, async () => {
    const controller = scriptedController();
    const answer = await ask(controller, command.name.toUpperCase(), properties);
    const isClientOnly = command.runInClient !== undefined && sample.reply === undefined;
    if (isClientOnly) return assert.equal(answer['errno'], 3);
    assert.deepEqual(answer, { status: 'ok', ...reply, id: 'x' });
    assert.deepEqual(controller.calls, calls);
    assert.equal(command.print(answer), sample.printed ?? 'ok');
  });

  test(`${command.name}: names the missing property`, async () => {
    const required = Object.entries(command.properties).filter(([, { required }]) => required);
    for (const [property] of required) {
      const { [property]: _, ...others } = properties;
      const { reason, errno } = await ask(scriptedController(), command.name, others);
      assert.equal(reason, `message invalid '${property}' is missing`);
      assert.equal(errno, 3);
    }
  });

  test(`${command.name}: refuses properties of a wrong type and asks nothing of the daemon`, async () => {
    for (const property of Object.keys(command.properties)) {
      for (const wrong of [[[]], { a: { b: 1 } }, 1.5, -7, 'no such', true]) {
        const controller = scriptedController();
        const sent = { ...properties, [property]: wrong };
        const answer = await ask(controller, command.name, sent);
        if (answer['status'] !== 'error') continue;
        assert.equal(answer['errno'], 3, JSON.stringify(answer));
        assert.deepEqual(controller.calls, []);
      }
      const nothingFits = await ask(scriptedController(), command.name, {
        ...properties,
        [property]: [[null]],
      });
      assert.equal(nothingFits['errno'], 3, property);
    }
  });

  test(`${command.name}: waits when asked to and able to`, async () => {
    const log: unknown[] = [];
    const collect = (error: unknown) => log.push(error);
    const controller = () => scriptedController({ reply: { first: 1 }, done: { late: 2 } });
    const waiting = await ask(controller(), command.name, { ...properties, waiting: true });
    const atOnce = await ask(
      controller(),
      command.name,
      { ...properties, waiting: [] },
      {
        onFailure: collect,
      },
    );
    assert.equal('late' in waiting, command.canWait);
    assert.equal('first' in waiting, command.canWait);
    assert.equal('late' in atOnce, false);
    assert.equal('first' in atOnce, command.canWait);
    assert.deepEqual(log, []);
  });

  for (const [words, flags, expected] of lines) {
    test(`${command.name}: "${words}" ${Object.keys(flags).join(' ')} becomes its properties`, () => {
      assert.deepEqual(propertiesOf(command, { words: wordsOf(words), flags }), expected);
    });
  }

  test(`${command.name}: refuses too few and too many words`, () => {
    const { required, optional, isOpen } = readUsage(command.usage);
    const wrong = [required.length - 1, isOpen ? -1 : required.length + optional.length + 1];
    for (const count of wrong.filter((number) => number >= 0)) {
      const words = Array.from({ length: count }, () => '1');
      assert.throws(() => propertiesOf(command, { words, flags: {} }), {
        name: 'UsageError',
        message: 'Invalid number of arguments',
      });
    }
  });
}

test('words of a usage are properties of their command, unless it reads them itself', async () => {
  for (const command of catalog) {
    const { required, optional } = readUsage(command.usage);
    const line = { words: required.map(() => '1'), flags: {} };
    const sent = command.toProperties(line);
    if (command.runInClient !== undefined) continue;
    for (const property of Object.keys(sent)) assert.ok(property in command.properties, property);
    if (['set', 'signal'].includes(command.name)) continue;
    for (const word of [...required, ...optional]) assert.ok(word in command.properties, word);
  }
});
