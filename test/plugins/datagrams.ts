/** A UDP socket of the loopback that keeps what it receives: the statsd of these tests. */
import { createSocket } from 'node:dgram';
import type { TestContext } from 'node:test';

export interface Datagrams {
  readonly port: number;
  /** In the order they came. */
  readonly lines: string[];
}

/** Closed with the test. */
export async function receiveDatagrams(t: TestContext): Promise<Datagrams> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 8 * 1024 * 1024 });
  t.after(() => socket.close());
  const lines: string[] = [];
  socket.on('message', (message) => lines.push(message.toString()));
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  return { port: socket.address().port, lines };
}
