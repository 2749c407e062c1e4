/** What of a managed socket can be seen from outside of circusd. */
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import type { JsonObject } from '#libs/protocol';
import type { Daemon } from '../../system/daemon.ts';

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

/** The lines of ss(8) about circusd's sockets that have the text. */
export function linesOfSs({ pid }: Daemon, text: string): string[] {
  const shown = execFileSync('ss', ['-Hlnp', '-A', 'tcp,udp,raw,unix'], { encoding: 'utf8' });
  const lines = shown.split('\n').filter((line) => line.includes(`pid=${pid},`));
  return lines.filter((line) => line.includes(text));
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
