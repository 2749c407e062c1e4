/** Requests that are none: answered with an errno where there is somebody to answer, else logged. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Dealer } from 'zeromq';
import { type Daemon, startDaemon } from './daemon.ts';
import { until, within } from './until.ts';

interface Peer {
  readonly send: (...frames: (string | Buffer)[]) => Promise<void>;
  readonly reply: () => Promise<{ [key: string]: unknown }>;
}

async function connect(t: TestContext): Promise<{ daemon: Daemon; peer: Peer }> {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600', { listens: false });
  await daemon.running('web', 1);
  const dealer = new Dealer({ linger: 0 });
  dealer.connect(daemon.endpoint);
  t.after(() => dealer.close());
  return {
    daemon,
    peer: {
      send: (...frames) => dealer.send(frames),
      reply: async () => {
        const frames = await within('a reply', dealer.receive(), 10_000);
        assert.equal(frames.length, 1);
        return JSON.parse(String(frames[0]));
      },
    },
  };
}

/** The next reply is to this request, so there was none before it. */
async function assertServed({ send, reply }: Peer): Promise<void> {
  await send(JSON.stringify({ id: 'probe', command: 'numprocesses' }));
  const { id, status, numprocesses } = await reply();
  assert.deepEqual([id, status, numprocesses], ['probe', 'ok', 1]);
}

const deep = `{"id": 1, "command": "list", "properties": ${'['.repeat(5_000)}${']'.repeat(5_000)}}`;

const rubbish = [
  ['no JSON', 'hello', 1, null],
  ['half of it', '{"id": 1, "command": "li', 1, null],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]), 1, null],
  ['zeros', Buffer.alloc(1000), 1, null],
  ['a list', '[1]', 1, null],
  ['a text', '"list"', 1, null],
  ['a number', '12', 1, null],
  ['null', 'null', 1, null],
  ['nested deeply', deep, 1, null],
  ['no command', '{"id": 3}', 2, 3],
  ['a command that is a number', '{"id": "x", "command": 3}', 2, 'x'],
  ['an unknown command', '{"id": 4, "command": "__proto__"}', 2, 4],
  ['an inherited name', '{"id": 4, "command": "constructor"}', 2, 4],
  ['properties that are null', '{"id": 5, "command": "list", "properties": null}', 3, 5],
  ['properties that are a list', '{"id": 5, "command": "list", "properties": [1]}', 3, 5],
  ['properties that are a text', '{"id": 5, "command": "list", "properties": "a"}', 3, 5],
  ['a name that is a number', '{"id": 6, "command": "status", "properties": {"name": 1}}', 3, 6],
  ['a name that is an object', '{"id": 6, "command": "stop", "properties": {"name": {}}}', 3, 6],
  [
    'an inherited watcher',
    '{"id": 6, "command": "stop", "properties": {"name": "__proto__"}}',
    3,
    6,
  ],
  [
    'an inherited option',
    '{"id": 6, "command": "get", "properties": {"name": "web", "keys": ["toString"]}}',
    3,
    6,
  ],
  [
    'a count that is a text',
    '{"id": 7, "command": "incr", "properties": {"name": "web", "nb": "x", "waiting": true}}',
    3,
    7,
  ],
  [
    'a huge count',
    '{"id": 7, "command": "incr", "properties": {"name": "web", "nb": 1e300}}',
    3,
    7,
  ],
  ['listen', '{"id": 8, "command": "listen"}', 3, 8],
] as const;

test('rubbish is answered with an errno, and the next request is served', async (t) => {
  const { peer } = await connect(t);
  for (const [what, frame, errno, id] of rubbish) {
    await t.test(`${what}: errno ${errno}`, async () => {
      await peer.send(frame);
      const reply = await peer.reply();
      assert.deepEqual([reply['status'], reply['errno'], reply['id']], ['error', errno, id]);
      assert.equal(typeof reply['reason'], 'string');
      assert.equal(typeof reply['time'], 'number');
      await assertServed(peer);
    });
  }
});

test('too many frames, empty ones and oversized ones are dropped with a line in the log', async (t) => {
  const { daemon, peer } = await connect(t);
  for (const frames of [
    ['a', 'b', 'c'],
    ['', '{}', ''],
    ['a', '{"command": "list"}'],
    ['', '', ''],
  ]) {
    await peer.send(...frames);
  }
  await assertServed(peer);
  await until(
    'warnings',
    () => daemon.log.match(/WARNING\] dropped a request of \d frames/g)?.length,
    (count) => count === 4,
  );
  await peer.send(Buffer.alloc(2 * 1024 * 1024, 32));
  await assertServed(peer);
  await until('a warning', () => /WARNING\] dropped a request of 2097152 bytes/.test(daemon.log));
});

test('an empty frame does no harm', async (t) => {
  const { peer } = await connect(t);
  await peer.send('');
  const reply = await peer.reply();
  assert.deepEqual([reply['status'], reply['errno']], ['error', 1]);
  await assertServed(peer);
});

test('a flood of rubbish from one client leaves another one served', async (t) => {
  const { daemon, peer } = await connect(t);
  let isOver = false;
  const flood = (async () => {
    for (let round = 0; !isOver && round < 20_000; round += 1) {
      await peer.send(round % 2 === 0 ? 'rubbish' : Buffer.alloc(round));
    }
  })();
  for (let round = 0; round < 20; round += 1) {
    assert.equal((await daemon.call('numwatchers', {}, 10_000))['numwatchers'], 1);
  }
  isOver = true;
  await flood;
  assert.equal(await daemon.status('web'), 'active');
});
