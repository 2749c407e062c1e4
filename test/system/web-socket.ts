/** The plainest use of a socket: a watcher and a socket at a port, both called web. */
import { exchange, serve } from './sockets-daemon.ts';

/** Their sections; `more` are further options of the socket. */
export const web = (port: number, more = ''): string => `[watcher:web]
cmd = ${serve('web')}
use_sockets = True
[socket:web]
port = ${port}
${more}
`;

/** Whether nobody listens at a port. */
export async function isRefused(port: number): Promise<boolean> {
  try {
    await exchange({ host: '127.0.0.1', port });
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  }
}
