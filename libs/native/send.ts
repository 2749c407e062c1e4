/** Sending to a socket that somebody else may wait on. */
import { libc, SystemError } from './libc.ts';
import { constants } from './platform.ts';

/**
 * Sends what the socket takes without waiting; gives how many bytes.
 *
 * @throws SystemError EAGAIN: it takes nothing just now; EPIPE: nobody is there any more
 */
export function sendNow(fd: number, data: Buffer): number {
  const { MSG_DONTWAIT, MSG_NOSIGNAL } = constants;
  const sent = Number(libc().sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, null, 0));
  if (sent < 0) throw new SystemError('cannot send');
  return sent;
}
