/** A process has 0, 1, 2 and the sockets that it was promised, and nothing else (manual 5.7). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Inheritance, inherit, readInheritances } from './inherited.ts';
import { makeFolder, type SocketsDaemon, startDaemon } from './sockets-daemon.ts';
import { until } from './until.ts';

/** What a descriptor leads to: `null`, `pipe`, a socket's name, `unnamed` when no report has it, or a path. */
type Descriptors = Readonly<Record<string, string>>;

interface Variant {
  /** Options of the watcher. */
  readonly options: string;
  /** Those that its command line names. */
  readonly names?: readonly string[];
  readonly expected: Descriptors;
  /** Instead of the command line of the process alone. */
  readonly wrap?: (cmd: string) => string;
}

const plain: Descriptors = { 0: 'null', 1: 'pipe', 2: 'pipe' };
/** `each` has so_reuseport: a process that does not name it has /dev/null in its place. */
const all: Descriptors = { ...plain, 3: 'api', 4: 'null', 5: 'udp', 6: 'web' };

function variantsIn(folder: string): Readonly<Record<string, Variant>> {
  const shared = 'use_sockets = True';
  return {
    none: { options: '', expected: plain },
    refused: { options: 'use_sockets = False', expected: plain },
    shared: { options: shared, names: ['api', 'udp', 'web'], expected: all },
    own: { options: shared, names: ['each'], expected: { ...all, 4: 'each' } },
    stdin: { options: 'stdin_socket = web', expected: { ...plain, 0: 'web' } },
    both: { options: `${shared}\nstdin_socket = udp`, expected: { ...all, 0: 'udp' } },
    // Told of all sockets, it serves all.
    systemd: { options: `${shared}\nlisten_fds = True`, expected: { ...all, 4: 'unnamed' } },
    closed: {
      options: `${shared}\nclose_child_stdout = True\nclose_child_stderr = True`,
      expected: { ...all, 1: 'null', 2: 'null' },
    },
    files: {
      options: `${shared}
stdout_stream.class = FileStream
stdout_stream.filename = ${folder}/out.log
stderr_stream.class = FileStream
stderr_stream.filename = ${folder}/err.log`,
      expected: { ...all, 1: `${folder}/out.log`, 2: `${folder}/err.log` },
    },
    piped: {
      options: `${shared}
stdout_stream.class = FileStream
stdout_stream.filename = ${folder}/rotated.log
stdout_stream.max_bytes = 1000000
stdout_stream.backup_count = 1`,
      expected: all,
    },
    shell: { options: `${shared}\nshell = True`, expected: all, wrap: (cmd) => `exec ${cmd}` },
    limited: {
      options: `${shared}\nlisten_fds = True\nrlimit_core = 0`,
      expected: { ...all, 4: 'unnamed' },
    },
  };
}

const sections = `[socket:api]
path = PATH
[socket:each]
port = 0
so_reuseport = True
[socket:udp]
port = 0
type = SOCK_DGRAM
[socket:web]
port = 0
`;

function configure(folder: string): string {
  const watchers = Object.entries(variantsIn(folder)).map(([name, { options, names, wrap }]) => {
    const cmd = inherit(folder, name, names);
    return `[watcher:${name}]\ncmd = ${wrap?.(cmd) ?? cmd}\n${options}\n`;
  });
  return `${watchers.join('')}${sections.replace('PATH', `${folder}/api.sock`)}`;
}

/** Descriptors in the words of this test. */
function nameLinks(fds: Descriptors, sockets: ReadonlyMap<string, string>): Descriptors {
  const named = Object.entries(fds).map(([fd, link]) => {
    if (link === '/dev/null') return [fd, 'null'];
    if (link.startsWith('pipe:')) return [fd, 'pipe'];
    if (!link.startsWith('socket:')) return [fd, link];
    // Outputs that circusd has from whoever started it are sockets too.
    return [fd, sockets.get(link) ?? (Number(fd) < 3 ? 'pipe' : 'unnamed')];
  });
  return Object.fromEntries(named);
}

async function readAll(daemon: SocketsDaemon): Promise<Record<string, Inheritance>> {
  const reports: Record<string, Inheritance> = {};
  for (const name of Object.keys(variantsIn(daemon.folder))) {
    const [report] = await readInheritances(daemon, name);
    assert.ok(report, name);
    reports[name] = report;
  }
  return reports;
}

function check(folder: string, reports: Readonly<Record<string, Inheritance>>): void {
  const links = Object.values(reports).flatMap(({ sockets }) => Object.entries(sockets));
  const names = new Map(links.map(([name, { link }]) => [link, name]));
  const seen = Object.entries(reports).map(([name, { fds }]) => [name, nameLinks(fds, names)]);
  const expected = Object.entries(variantsIn(folder)).map(([name, variant]) => {
    return [name, variant.expected];
  });
  assert.deepEqual(Object.fromEntries(seen), Object.fromEntries(expected));
}

test('each process has exactly 0, 1, 2 and what it was promised, and so have its successors', async (t) => {
  const folder = makeFolder(t);
  // Whoever starts circusd may be careless: 7 and 9 are open and not close-on-exec.
  const launcher = ['/bin/sh', '-c', 'exec 7</etc/passwd 9</etc/group; exec "$@"', 'sh'];
  const daemon = await startDaemon(t, configure(folder), { folder, launcher });
  const first = await readAll(daemon);
  check(folder, first);
  assert.deepEqual(first['shared']?.argv, ['api=3', 'udp=5', 'web=6']);

  for (const { pid } of Object.values(first)) process.kill(pid, 'SIGKILL');
  for (const [name, { pid }] of Object.entries(first)) {
    const isReplaced = ([now]: number[]): boolean => now !== undefined && now !== pid;
    await until(`another process of ${name}`, () => daemon.pids(name), isReplaced);
  }
  check(folder, await readAll(daemon));

  await daemon.call('reload', { waiting: true });
  const left = Object.keys(first).map((name) => daemon.running(name, 1));
  await Promise.all(left);
  check(folder, await readAll(daemon));
});
