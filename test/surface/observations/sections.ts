/** Every option of `[socket:NAME]`, one socket a row, and of `[plugin:NAME]`, one plugin for all. */
import assert from 'node:assert/strict';
import { lstatSync, readFileSync } from 'node:fs';
import { until } from '../../system/until.ts';
import { answeringPid, linesOfSs, listedSocket } from './listening.ts';
import { asRoot, observed, type Row, type Rows, type Sight } from './rows.ts';

/** ss shows a line of the socket that looks so. */
const shown = (tried: string, seen: string, text: string, isRight: RegExp): Row =>
  observed(tried, `ss: ${seen}`, async ({ daemon, name }) => {
    const { port } = await listedSocket(daemon, name);
    const lines = linesOfSs(daemon, `${text}:${port} `);
    assert.ok(
      lines.some((line) => isRight.test(line)),
      `${text}:${port}: ${lines}`,
    );
  });

/** `O_NONBLOCK` of the socket, as a process that has inherited it sees. */
async function flagsOf({ daemon }: Sight, socket: string): Promise<number> {
  const { fd } = await listedSocket(daemon, socket);
  const [pid] = await daemon.running('inherits', 1);
  const [, flags = ''] =
    /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')) ?? [];
  return Number.parseInt(flags, 8);
}

async function hasPlugin({ daemon }: Sight, text: string): Promise<void> {
  const [pid = 0] = await daemon.pids('plugin:p');
  assert.ok(readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text));
}

export const socketObservations: Rows = {
  host: shown('host = 127.0.0.2\nport = 0', 'listens there', '127.0.0.2', /LISTEN/),
  port: observed('port = PORT', 'ss: listens there', async ({ daemon, name }) => {
    const text = readFileSync(`${daemon.folder}/circus.ini`, 'utf8');
    const [, port] = /^\[socket:port\]\nport = (\d+)$/m.exec(text) ?? [];
    assert.equal((await listedSocket(daemon, name)).port, Number(port));
    assert.equal(linesOfSs(daemon, `127.0.0.1:${port} `).length, 1);
  }),
  family: shown('family = AF_INET6\nport = 0', 'listens at ::1', '[::1]', /LISTEN/),
  type: shown('type = SOCK_DGRAM\nport = 0', 'udp', '127.0.0.1', /^udp /),
  proto: asRoot(
    observed('type = SOCK_RAW\nproto = icmp\nport = 0', 'ss: its protocol', async ({ daemon }) =>
      assert.equal(linesOfSs(daemon, '127.0.0.1:icmp').length, 1),
    ),
  ),
  backlog: shown('port = 0\nbacklog = 33', 'a queue for 33', '127.0.0.1', /LISTEN +0 +33 /),
  path: observed(
    'path = OUT/path.sock',
    'the file, and ss: listens there',
    async ({ daemon, out }) => {
      assert.ok(lstatSync(`${out}/path.sock`).isSocket());
      assert.equal(linesOfSs(daemon, `${out}/path.sock`).length, 1);
    },
  ),
  umask: observed('path = OUT/umask.sock\numask = 077', 'the mode of the file', async ({ out }) => {
    assert.equal(lstatSync(`${out}/umask.sock`).mode & 0o777, 0o700);
  }),
  replace: observed(
    'path = OUT/replace.sock\nreplace = True',
    'listens where another had left its file',
    async ({ daemon, out }) => assert.equal(linesOfSs(daemon, `${out}/replace.sock`).length, 1),
  ),
  interface: asRoot(shown('port = 0\ninterface = lo', 'bound to it', '%lo', /LISTEN/)),
  so_reuseport: observed(
    'port = 0\nso_reuseport = True',
    'ss: a socket for each of two processes, and both answer',
    async ({ daemon, name }) => {
      const pids = await daemon.running('shares', 2);
      const { port } = await listedSocket(daemon, name);
      assert.ok(linesOfSs(daemon, `127.0.0.1:${port} `).length >= 2);
      const seen = new Set<number>();
      await until('both answer', async () => {
        seen.add(await answeringPid(port));
        return seen.size === pids.length;
      });
    },
  ),
  blocking: observed(
    'port = 0\nblocking = False',
    'a process that has it: O_NONBLOCK',
    async (sight) => {
      assert.notEqual((await flagsOf(sight, 'blocking')) & 0o4000, 0);
      assert.equal((await flagsOf(sight, 'backlog')) & 0o4000, 0);
    },
  ),
};

export const pluginObservations: Rows = {
  use: observed('use = circus.plugins.flapping.Flapping', 'its process names it', async (sight) => {
    await hasPlugin(sight, 'lapping');
  }),
  'anything else': observed('window = 2', 'its process is given it', async (sight) => {
    await hasPlugin(sight, 'window');
  }),
};
