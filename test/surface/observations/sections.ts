/** Every option of `[socket:NAME]`, one socket a row, and of `[plugin:NAME]`, one plugin a row. */
import assert from 'node:assert/strict';
import { lstatSync, readFileSync } from 'node:fs';
import { until } from '../../system/until.ts';
import { readCommandLine } from './command-line.ts';
import { answeringPid, awaitLine, listedSocket } from './listening.ts';
import { asRoot, observed, type Row, type Rows, type Sight } from './rows.ts';

/** ss shows a line of the socket that looks so. */
const shown = (tried: string, seen: string, text: string, isRight: RegExp): Row =>
  observed(tried, `ss: ${seen}`, async ({ daemon, name }) => {
    const { port } = await listedSocket(daemon, name);
    await awaitLine(daemon, `${text}:${port} `, isRight);
  });

/** `O_NONBLOCK` of the socket, as a process that has inherited it sees. */
async function flagsOf({ daemon }: Sight, socket: string): Promise<number> {
  const { fd } = await listedSocket(daemon, socket);
  const [pid] = await daemon.running('inherits', 1);
  const [, flags = ''] =
    /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')) ?? [];
  return Number.parseInt(flags, 8);
}

async function pluginPid({ daemon, name }: Sight): Promise<number> {
  const [pid = 0] = await daemon.running(`plugin:${name}`, 1);
  return pid;
}

async function environmentOf(sight: Sight): Promise<string> {
  const pid = await pluginPid(sight);
  await readCommandLine(pid);
  return readFileSync(`/proc/${pid}/environ`, 'utf8');
}

export const socketObservations: Rows = {
  host: shown('host = 127.0.0.2\nport = 0', 'listens there', '127.0.0.2', /LISTEN/),
  port: observed('port = PORT', 'ss: listens there', async ({ daemon, name }) => {
    const text = readFileSync(`${daemon.folder}/circus.ini`, 'utf8');
    const [, port] = /^\[socket:port\]\nport = (\d+)$/m.exec(text) ?? [];
    assert.equal((await listedSocket(daemon, name)).port, Number(port));
    await awaitLine(daemon, `127.0.0.1:${port} `);
  }),
  family: shown('family = AF_INET6\nport = 0', 'listens at ::1', '[::1]', /LISTEN/),
  type: shown('type = SOCK_DGRAM\nport = 0', 'udp', '127.0.0.1', /^udp /),
  proto: asRoot(
    observed('type = SOCK_RAW\nproto = icmp\nport = 0', 'ss: its protocol', async ({ daemon }) =>
      awaitLine(daemon, 'raw ', /127.0.0.1:(icmp|1) /),
    ),
  ),
  backlog: shown('port = 0\nbacklog = 33', 'a queue for 33', '127.0.0.1', /LISTEN +0 +33 /),
  path: observed(
    'path = OUT/path.sock',
    'the file, and ss: listens there',
    async ({ daemon, out }) => {
      assert.ok(lstatSync(`${out}/path.sock`).isSocket());
      await awaitLine(daemon, `${out}/path.sock`);
    },
  ),
  umask: observed('path = OUT/umask.sock\numask = 077', 'the mode of the file', async ({ out }) => {
    assert.equal(lstatSync(`${out}/umask.sock`).mode & 0o777, 0o700);
  }),
  replace: observed(
    'path = OUT/replace.sock\nreplace = True',
    'listens where another had left its file',
    async ({ daemon, out }) => awaitLine(daemon, `${out}/replace.sock`),
  ),
  interface: asRoot(shown('port = 0\ninterface = lo', 'bound to it', '%lo', /LISTEN/)),
  so_reuseport: observed(
    'port = 0\nso_reuseport = True',
    'ss: a socket for each of two processes, and both answer',
    async ({ daemon, name }) => {
      const pids = await daemon.running('shares', 2);
      const { port } = await listedSocket(daemon, name);
      await awaitLine(daemon, `127.0.0.1:${port} `, /LISTEN/, 2);
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

const flapping = 'use = circus.plugins.flapping.Flapping';

export const pluginObservations: Rows = {
  use: observed(flapping, 'a process runs it', async (sight) => {
    assert.match(
      await readCommandLine(await pluginPid(sight)),
      /circus\.plugins\.flapping\.Flapping/,
    );
  }),
  'anything else': observed(`${flapping}\nwindow = 2`, 'its process is told', async (sight) => {
    const environment = await environmentOf(sight);
    assert.match(environment, /CIRCUS_PLUGIN_CONFIG=\{[^}]*"window":"2"/);
  }),
  cmd: observed('cmd = sleep 600', 'that is its process, told of the endpoint', async (sight) => {
    assert.equal(await readCommandLine(await pluginPid(sight)), 'sleep\x00600\0');
    const environment = await environmentOf(sight);
    assert.ok(environment.includes(`CIRCUS_ENDPOINT=${sight.daemon.endpoint}\0`));
  }),
};
