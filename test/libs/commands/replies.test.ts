/** Replies and printed forms that need more than the least request (protocol 1.4, 2.2 and 2.3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCommand } from '#libs/commands';
import type { JsonObject } from '#libs/protocol';
import { ask } from './ask.ts';
import { scriptedController } from './scripted-controller.ts';

/** Command, properties, errno and reason: the exact words that clients look for. */
const refusals: readonly (readonly [string, unknown, number, string | RegExp])[] = [
  ['Nope', {}, 2, "unknown command: 'Nope'"],
  ["it's", {}, 2, `unknown command: "it's"`],
  ['list', { name: 'Ghost' }, 3, 'program Ghost not found'],
  ['status', { name: 'Ghost' }, 3, 'program Ghost not found'],
  ['kill', { name: 'Ghost' }, 3, 'program Ghost not found'],
  ['stop', { name: 'g*st' }, 3, 'program g*st not found'],
  ['reload', { name: 'w*' }, 3, 'program w* not found'],
  ['start', { name: 'x', match: 'foo' }, 3, 'unknown match method foo'],
  ['start', { name: '(', match: 'regex' }, 3, /^invalid regular expression '\('/],
  ['start', { name: 7 }, 3, "'name' isn't a string"],
  ['incr', {}, 3, "message invalid 'name' is missing"],
  ['incr', { name: null }, 3, "message invalid 'name' is missing"],
  ['incr', { name: 'web-1', nb: '2' }, 3, "'nb' isn't an integer"],
  ['get', { name: 'web-1', keys: ['zork'] }, 3, "'zork' option not found"],
  ['get', { name: 'web-1', keys: ['constructor'] }, 3, "'constructor' option not found"],
  ['globaloptions', { option: 'zork' }, 3, "'zork' not an existing option"],
  ['set', { name: 'web-1', options: [] }, 3, "'options' property should be an object"],
  ['add', { name: 'n', cmd: 'c', options: 'x' }, 3, "'options' property should be an object"],
  ['add', { name: ' ', cmd: 'c' }, 3, "'name' is empty"],
  ['signal', { name: 'web-1', signum: 'NOPE' }, 3, 'signal invalid'],
  ['signal', { name: 'web-1' }, 3, "message invalid 'signum' is missing"],
  ['kill', { name: 'web-1', graceful_timeout: 'soon' }, 3, "'graceful_timeout' isn't a number"],
  ['kill', { name: 'web-1', graceful_timeout: -1 }, 3, /'graceful_timeout' is -1/],
  ['reload', { graceful: 'no' }, 3, "'graceful' isn't a valid boolean"],
  ['listen', {}, 3, 'invalid message. use a pub/sub socket'],
];

for (const [command, properties, errno, reason] of refusals) {
  test(`${command} ${JSON.stringify(properties)} is refused with errno ${errno}`, async () => {
    const controller = scriptedController();
    const reply = await ask(controller, command, properties);
    assert.equal(reply['status'], 'error');
    assert.equal(reply['errno'], errno);
    assert.equal(reply['tb'], null);
    assert.equal(reply['id'], 'x');
    if (typeof reason === 'string') assert.equal(reply['reason'], reason);
    else assert.match(String(reply['reason']), reason);
    assert.deepEqual(controller.calls, []);
  });
}

/** Command, properties, and the keys of the reply beyond status and id. */
const replies: readonly (readonly [string, JsonObject, JsonObject])[] = [
  ['list', { name: 'WEB-1' }, { pids: [11, 12] }],
  ['status', { name: 'Alpha' }, { status: 'stopped' }],
  ['numprocesses', { name: 'WEB-1' }, { numprocesses: 3, watcher_name: 'WEB-1' }],
  ['incr', { name: 'one', waiting: true }, { numprocesses: 1, singleton: true }],
  ['decr', { name: 'one' }, { numprocesses: 1, singleton: true }],
  ['globaloptions', { option: 'check_delay' }, { options: { check_delay: 5 } }],
  ['get', { name: 'web-1', keys: 'cmd' }, { options: { cmd: 'sleep 5' } }],
];

for (const [command, properties, expected] of replies) {
  test(`${command} ${JSON.stringify(properties)} answers ${Object.keys(expected)}`, async () => {
    const reply = await ask(scriptedController(), command, properties);
    assert.deepEqual(reply, { status: 'ok', ...expected, id: 'x' });
  });
}

/** Command, properties, and the parameters that the daemon gets. */
const effects: readonly (readonly [string, JsonObject, readonly unknown[]])[] = [
  [
    'kill',
    { name: 'web-1', pid: '12', signal: 'INT', graceful_timeout: '1.5' },
    ['kill', 'web-1', { pid: 12, signum: 2, gracefulTimeout: 1.5 }],
  ],
  [
    'signal',
    { name: 'web-1', signal: 'USR1', child_pid: '44' },
    ['signal', 'web-1', { signum: 10, childpid: 44, children: false, recursive: false }],
  ],
  [
    'signal',
    { name: 'web-1', signum: 0, pid: '12', recursive: 1 },
    ['signal', 'web-1', { signum: 0, pid: 12, children: false, recursive: true }],
  ],
  ['decr', { name: 'web-1', nb: -2 }, ['changeCount', 'web-1', 2]],
  ['stop', { name: 'WEB-*' }, ['stop', { kind: 'several', keys: ['web-1', 'web-2'] }]],
  ['restart', { name: 'WEB-1', match: 'simple' }, ['restart', { kind: 'one', key: 'web-1' }]],
  [
    'reload',
    { name: 'WEB-1', graceful: false },
    ['reload', { kind: 'one', key: 'web-1' }, { graceful: false, sequential: false }],
  ],
  ['events', { since: 4, name: 'WEB-1' }, ['events', 4, 'web-1']],
];

for (const [command, properties, call] of effects) {
  test(`${command} ${JSON.stringify(properties)} asks for ${call[0]}`, async () => {
    const controller = scriptedController();
    await ask(controller, command, properties);
    assert.deepEqual(controller.calls, [call]);
  });
}

/** Command, reply, and what is printed for it. */
const prints: readonly (readonly [string, JsonObject, string])[] = [
  ['incr', { numprocesses: 3 }, '3'],
  ['incr', {}, 'ok'],
  [
    'decr',
    { numprocesses: 1, singleton: true },
    'This watcher is a Singleton - not changing the number of processes',
  ],
  ['list', { pids: [1, 22] }, '1,22'],
  ['list', { watchers: [] }, ''],
  ['list', {}, ''],
  ['status', { status: 'active' }, 'active'],
  ['status', { statuses: { b: 'active', B: 'stopped' } }, 'B: stopped\nb: active'],
  [
    'options',
    { options: { args: ['a', "it's"], hooks: {}, x: { k: null } } },
    `args: ['a', "it's"]\nhooks: {}\nx: {'k': None}`,
  ],
  ['reloadconfig', { plan: { added: [], sockets: { added: [], removed: [], changed: [] } } }, 'ok'],
  [
    'reloadconfig',
    {
      plan: {
        added: ['app'],
        sockets: {
          added: ['new'],
          removed: ['old'],
          changed: [{ name: 'web', options: [{ name: 'backlog', before: 2048, after: 64 }] }],
        },
      },
    },
    '+ socket new: added\n- socket old: removed\n~ socket web: changed\n    backlog: 2048 -> 64\n+ app: added',
  ],
];

for (const [command, reply, expected] of prints) {
  test(`${command} prints ${JSON.stringify(reply)}`, () => {
    assert.equal(findCommand(command)?.print(reply), expected);
  });
}

test('globaloptions prints a refusal without the usual prefix, others with it', () => {
  const reply = { reason: 'why' };
  assert.equal(findCommand('globaloptions')?.printError(reply), 'why');
  assert.equal(findCommand('status')?.printError(reply), 'error: why');
});
