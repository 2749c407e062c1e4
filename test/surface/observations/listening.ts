/** What of a managed socket can be seen from outside of circusd. */
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import type { JsonObject } from '#libs/protocol';
import type { Daemon } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';

/** A row of `listsockets`. */
export async function listedSocket(
  daemon: Daemon,
  name: string,
): Promise<{ fd: number; port: number; path?: string }> {
  const { sockets } = await daemon.call('listsockets');
  const rows = sockets as unknown as (JsonObject & { fd: number; port: number; path?: string })[];
  const row = rows.find((socket) => socket['name'] === name);
  if (row === undefined) throw new Error(`no socket ${name}`);
  return row;
}

/**
 * Waits until ss(8) shows so many sockets of circusd with the text that look so. It is asked again
 * because the kernel's list has gaps while others come and go.
 */
export async function awaitLine(
  { pid }: Daemon,
  text: string,
  isRight = /./,
  count = 1,
): Promise<void> {
  const lines = (): string[] => {
    const shown = execFileSync('ss', ['-Hlnp', '-A', 'tcp,udp,raw,unix'], { encoding: 'utf8' });
    const ours = shown.split('\n').filter((line) => line.includes(`pid=${pid},`));
    return ours.filter((line) => line.includes(text) && isRight.test(line));
  };
  await until(`ss shows ${text}`, lines, ({ length }) => length >= count);
}

/** The process that answers at the port: one of serve.py. */
export async function answeringPid(port: number): Promise<number> {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('x'));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', reject).on('end', () => resolve(text));
  });
  return JSON.parse(answer).pid;
}
