import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { catalog, dispatch } from '#libs/commands';
import { CircusError } from '#libs/protocol';
import { ask } from './ask.ts';
import { scriptedController } from './scripted-controller.ts';

async function answerTo(frame: string | Uint8Array) {
  const bytes = typeof frame === 'string' ? Buffer.from(frame) : frame;
  const text = await dispatch(scriptedController(), bytes);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Frames of protocol 1.5 with the errno and the id of their replies. */
const malformed: readonly (readonly [string, string | Uint8Array, number, unknown])[] = [
  ['no JSON', '{"command": ', 1, null],
  ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), 1, null],
  ['nothing', '', 1, null],
  ['blanks', ' \n ', 1, null],
  ['a list', '[1]', 1, null],
  ['a string', '"x"', 1, null],
  ['a number', '12', 1, null],
  ['null', 'null', 1, null],
  ['no command', '{"id": 5}', 2, 5],
  ['a command that is no string', '{"id": [1], "command": 7}', 2, [1]],
  ['properties null', '{"id": "a", "command": "list", "properties": null}', 3, 'a'],
  ['properties a list', '{"id": "a", "command": "list", "properties": [1]}', 3, 'a'],
  ['properties a string', '{"id": "a", "command": "list", "properties": "x"}', 3, 'a'],
  ['a name that is no string', '{"id": 1, "command": "list", "properties": {"name": {}}}', 3, 1],
  [
    'an id as deep as the stack',
    `{"command":"list","id":${'['.repeat(9000)}${']'.repeat(9000)}}`,
    1,
    null,
  ],
];

for (const [what, frame, errno, id] of malformed) {
  test(`${what} is answered with errno ${errno}`, async () => {
    const reply = await answerTo(frame);
    assert.equal(reply.status, 'error');
    assert.equal(reply.errno, errno);
    assert.deepEqual(reply.id, id);
    assert.equal(typeof reply.reason, 'string');
    assert.equal(typeof reply.time, 'number');
    assert.equal(reply.tb, null);
  });
}

test('the id comes back unchanged, whatever it is', async () => {
  for (const id of ['s', 12, null, { a: [1] }, false]) {
    assert.deepEqual((await answerTo(JSON.stringify({ id, command: 'list' }))).id, id);
  }
});

test("the manual's spellings of properties are understood", async () => {
  for (const spelling of ['properties', 'property', 'propeties']) {
    const message = { command: 'status', [spelling]: { name: 'alpha' } };
    assert.equal((await answerTo(JSON.stringify(message))).status, 'stopped');
  }
});

test('surrounding blanks and unknown keys are ignored', async () => {
  const reply = await answerTo('\r\n {"command":"numwatchers","waiting":1,"z":2} \n');
  assert.equal(reply.numwatchers, 4);
});

test('a cast is carried out and never answered, not even when it is refused', async () => {
  const controller = scriptedController();
  for (const command of ['stop', 'nope', 'incr']) {
    const frame = Buffer.from(JSON.stringify({ id: 1, command, msg_type: 'cast' }));
    assert.equal(await dispatch(controller, frame), undefined);
  }
  assert.deepEqual(controller.calls, [['stop', { kind: 'all' }]]);
});

test('a cast does not wait, and its failure is logged', async () => {
  const failures: unknown[] = [];
  const controller = scriptedController({ done: new CircusError('os_error', 'no fork') });
  const message = { command: 'stop', msg_type: 'cast', properties: { waiting: true } };
  const onFailure = (error: CircusError, command: string) =>
    failures.push([error.message, command]);
  const reply = await dispatch(controller, Buffer.from(JSON.stringify(message)), { onFailure });
  await Promise.resolve();
  assert.equal(reply, undefined);
  assert.deepEqual(failures, [['no fork', 'stop']]);
});

test('work that fails gives errno 6 to who waits, and goes to the log when nobody does', async () => {
  const failures: unknown[] = [];
  const log = { onFailure: (error: CircusError) => failures.push(error.message) };
  const controller = scriptedController({ done: new CircusError('os_error', 'no fork') });
  const waiting = await ask(controller, 'start', { waiting: true }, log);
  assert.equal(waiting['errno'], 6);
  assert.equal(waiting['reason'], 'no fork');
  assert.deepEqual(failures, []);
  const atOnce = await ask(controller, 'start', {}, log);
  await Promise.resolve();
  assert.equal(atOnce['status'], 'ok');
  assert.deepEqual(failures, ['no fork']);
});

test('a fault of ours is errno 5, without its stack, and goes to the fault log', async () => {
  const faults: unknown[] = [];
  const log = { onFault: (error: unknown, command: string) => faults.push([error, command]) };
  const fault = new TypeError('x is undefined');
  const controller = scriptedController();
  controller.stop = () => {
    throw fault;
  };
  const reply = await ask(controller, 'stop', {}, log);
  assert.equal(reply['errno'], 5);
  assert.equal(reply['tb'], null);
  assert.deepEqual(faults, [[fault, 'stop']]);
});

test('a reply that cannot be written is a fault of ours, not a rejection', async () => {
  const ring: Record<string, unknown> = {};
  ring['ring'] = ring;
  const controller = scriptedController({ reply: ring as never });
  assert.equal((await ask(controller, 'stop'))['errno'], 5);
});

for (const waiting of [true, 1, 'no', [0], { a: 1 }]) {
  test(`waiting ${JSON.stringify(waiting)} waits, as in Python`, async () => {
    const reply = await ask(scriptedController({ done: { late: 1 } }), 'stop', { waiting });
    assert.equal(reply['late'], 1);
  });
}

for (const waiting of [false, 0, '', [], {}, null]) {
  test(`waiting ${JSON.stringify(waiting)} does not wait, as in Python`, async () => {
    const reply = await ask(scriptedController({ done: { late: 1 } }), 'stop', { waiting });
    assert.equal('late' in reply, false);
  });
}

/** Requests that are nearly right: real names with any values, and bytes changed in real frames. */
const commandName = fc.constantFrom(...catalog.map(({ name }) => name));
const propertyName = fc.constantFrom(
  ...new Set([
    ...catalog.flatMap(({ properties }) => Object.keys(properties)),
    'waiting',
    '__proto__',
  ]),
);
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('web-1', 'WEB-*', '12', 'TERM', 'regex', '[', '(', true, 0, -1, 1e300),
);
const request = fc.record(
  {
    id: fc.jsonValue(),
    command: fc.oneof({ weight: 9, arbitrary: commandName }, { weight: 1, arbitrary: value }),
    properties: fc.oneof(
      { weight: 9, arbitrary: fc.dictionary(propertyName, value, { maxKeys: 6 }) },
      { weight: 1, arbitrary: value },
    ),
    msg_type: fc.constantFrom('cast', 'call'),
  },
  { requiredKeys: [] },
);
const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 });

test('2 000 mutated requests are all answered in good order, and none is a fault of ours', async () => {
  const property = fc.asyncProperty(request, damage, async (message, changes) => {
    const frame = Buffer.from(JSON.stringify(message));
    for (const [place, byte] of changes) frame[place % frame.length] = byte;
    const faults: unknown[] = [];
    const onFault = (error: unknown) => faults.push(error);
    const text = await dispatch(scriptedController(), frame, { onFault });
    assert.deepEqual(faults, []);
    if (text === undefined) return;
    const reply = JSON.parse(text);
    assert.equal(typeof reply.status, 'string');
    if (reply.status === 'error') assert.ok(reply.errno >= 1 && reply.errno <= 6);
  });
  await fc.assert(property, { numRuns: 2000 });
});
