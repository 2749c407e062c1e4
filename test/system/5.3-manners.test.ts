/** Each way to be ready and to be well, with workers that are slow, lie or hang. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { type Daemon, findFreePort, fixture, makeFolder, python, startDaemon } from './daemon.ts';
import { until } from './until.ts';

/** A watcher `web` of ready_worker.py; {port} is a free one. */
async function startWorker(
  t: TestContext,
  words: string,
  options: readonly string[],
): Promise<Daemon> {
  const folder = makeFolder(t);
  const port = await findFreePort();
  const worker = `${python} -u ${fixture(folder, 'ready_worker.py')} ${words}`;
  const lines = [
    `cmd = ${worker}`,
    'graceful_timeout = 1',
    'readiness_interval = 0.05',
    ...options,
  ];
  const text = lines.join('\n').replaceAll('{port}', String(port));
  return await startDaemon(t, `[watcher:web]\n${text}`, { folder });
}

async function isAskedFor(ms: number): Promise<void> {
  const end = performance.now() + ms;
  await until('time passes', () => performance.now() > end);
}

/** The reason in the first reap event that has one. */
async function reasonOf(daemon: Daemon): Promise<string> {
  const event = await until('a process is reaped for a reason', () => {
    return daemon.seen(0, 'web').find(({ payload }) => payload['reason'] != null);
  });
  return String(event?.payload['reason']);
}

const http = ['readiness = http', 'readiness_target = http://127.0.0.1:{port}/'];
const tcp = ['readiness = tcp', 'readiness_target = {port}'];
const short = 'readiness_timeout = 1.5';

/** What makes a process ready, if late; and what does not, with the words for it. */
const readiness: readonly [string, string, readonly string[], RegExp | null][] = [
  ['fd, slow', '--after 0.7 --say fd', ['readiness = fd'], null],
  ['notify, slow', '--after 0.7 --say notify', ['readiness = notify'], null],
  ['tcp, slow', '--after 0.7 --listen {port}', tcp, null],
  ['http, slow', '--after 0.5 --listen {port} --answer slow', http, null],
  ['http, with an answer without end', '--listen {port} --answer flood', http, null],
  ['fd, hung', '', ['readiness = fd', short], /^not ready within 1.5 s$/],
  ['notify, hung', '', ['readiness = notify', short], /^not ready within 1.5 s$/],
  ['tcp, hung', '', [...tcp, short], /^not ready within 1.5 s: connect ECONNREFUSED 127/],
  ['http, hung', '--listen {port} --answer hang', [...http, short], /: http: no answer yet$/],
  ['notify, lying', '--say READY=0', ['readiness = notify', short], /^not ready within 1.5 s$/],
  ['http, lying', '--listen {port} --answer error', [...http, short], /: status 500$/],
  [
    'http, talking something else',
    '--listen {port} --answer garbage',
    [...http, short],
    /: no HTTP$/,
  ],
  ['http, hanging up', '--listen {port} --answer close', [...http, short], /: no HTTP$/],
  [
    'http, by single bytes',
    '--listen {port} --answer drip',
    [...http, short],
    /: http: no answer yet$/,
  ],
];

for (const [title, words, options, wanted] of readiness) {
  test(`readiness by ${title}: ${wanted === null ? 'is waited for' : 'is found out'}`, async (t) => {
    const daemon = await startWorker(t, words, options);
    if (wanted === null) {
      await daemon.running('web', 1);
      await daemon.caughtUp();
      assert.ok(!daemon.names(0, 'web').includes('reap'));
    } else {
      assert.match(await reasonOf(daemon), wanted);
      assert.ok(!daemon.names(0, 'web').includes('ready'));
    }
  });
}

const often = ['liveness_interval = 0.1', 'liveness_timeout = 0.7', 'liveness_failures = 2'];
const watched = ['liveness = http', 'liveness_target = http://127.0.0.1:{port}/', ...often];
const connected = ['liveness = tcp', 'liveness_target = {port}', ...often];
const listens = ['readiness = fd'];
const serving = '--listen {port} --say fd';

/** Who stays, and who goes, with the words for it. */
const liveness: readonly [string, string, readonly string[], RegExp | null][] = [
  ['tcp, well', serving, [...listens, ...connected], null],
  ['http, well', serving, [...listens, ...watched], null],
  ['http, slow', `${serving} --answer slow`, [...listens, ...watched], null],
  ['exec, slow', '', ['liveness = exec', 'liveness_target = sleep 0.4', ...often], null],
  ['watchdog, well', '--say fd --watchdog', [...listens, 'liveness = watchdog', ...often], null],
  [
    'tcp, not listening',
    '--say fd',
    [...listens, ...connected],
    /^liveness tcp: connect ECONNREFUSED/,
  ],
  [
    'http, lying',
    `${serving} --answer error`,
    [...listens, ...watched],
    /^liveness http: status 500, 2/,
  ],
  [
    'http, garbage',
    `${serving} --answer garbage`,
    [...listens, ...watched],
    /^liveness http: no HTTP, 2/,
  ],
  [
    'http, by bytes',
    `${serving} --answer drip`,
    [...listens, ...watched],
    /: no answer within 0.7 s/,
  ],
  [
    'exec, hung',
    '',
    ['liveness = exec', 'liveness_target = sleep 100', ...often],
    /^liveness exec: the command has not ended within 0.7 s, 2 times in a row$/,
  ],
  [
    'watchdog, silent',
    '--say fd',
    [...listens, 'liveness = watchdog', ...often],
    /no WATCHDOG=1 within/,
  ],
];

for (const [title, words, options, wanted] of liveness) {
  test(`liveness by ${title}: ${wanted === null ? 'stays' : 'is replaced'}`, async (t) => {
    const daemon = await startWorker(t, words, options);
    if (wanted !== null) {
      assert.match(await reasonOf(daemon), wanted);
      return;
    }
    const [pid] = await daemon.running('web', 1);
    await isAskedFor(2_500);
    assert.deepEqual(await daemon.pids('web'), [pid]);
  });
}

const rude = `import array, os, socket, sys, time
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
to.connect('\\0' + sys.argv[1])
to.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_000_000)
size = 1_000_000
while size > 5_000:
    try:
        to.send(b'READY=1\\n' * (size // 8))
        break
    except OSError:
        size //= 2
for _ in range(50):
    to.sendmsg([b'FDSTORE=1'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0, 1, 2]))])
print(size, flush=True)
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    to.send(os.urandom(1000))
print('over', flush=True)
time.sleep(100)
`;

test('notify: a stranger that floods is refused, and the watchdog of its victim is heard', async (t) => {
  const daemon = await startWorker(t, '--say notify --watchdog', [
    'readiness = notify',
    'liveness = watchdog',
    'liveness_timeout = 2',
  ]);
  const [pid] = await daemon.running('web', 1);
  const [, name = ''] =
    /NOTIFY_SOCKET=@([^\0]+)/.exec(readFileSync(`/proc/${pid}/environ`, 'latin1')) ?? [];
  const open = readdirSync(`/proc/${daemon.pid}/fd`).length;
  const stranger = daemon.launch([python, '-c', rude, name, '4']);
  const delays: number[] = [];
  while (!stranger.stdout.includes('over')) {
    const begin = performance.now();
    await daemon.call('status');
    delays.push(performance.now() - begin);
  }
  delays.sort((a, b) => a - b);
  t.diagnostic(`${delays.length} requests, median ${delays[delays.length >> 1]?.toFixed(1)} ms`);
  t.diagnostic(`its longest message had ${stranger.stdout.split('\n')[0]} bytes`);
  assert.ok((delays[delays.length >> 1] ?? 0) < 250);
  assert.deepEqual(await daemon.pids('web'), [pid]);
  assert.match(
    daemon.log,
    /web process \[pid \d+\]: not taken from NOTIFY_SOCKET: a message of more/,
  );
  assert.match(
    daemon.log,
    new RegExp(`a message of pid ${stranger.pid}, which is no process of it`),
  );
  assert.equal(daemon.log.match(/not taken from NOTIFY_SOCKET/g)?.length, 2, 'each is told once');
  assert.ok(readdirSync(`/proc/${daemon.pid}/fd`).length <= open + 2, 'no descriptor came along');
});
