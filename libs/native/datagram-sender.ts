/** Sending to a UNIX datagram socket, such as /dev/log: Node has none of that kind. */
import { libc, SystemError } from './libc.ts';
import { constants } from './platform.ts';
import { encodeAddress, socketFamilies, socketTypes } from './socket-address.ts';

/**
 * A function that sends one message to the socket at `path`. What cannot be sent now, because nobody
 * listens or its queue is full, is lost: nobody waits for a log.
 *
 * @throws SystemError no descriptor is left
 */
export function openDatagramSender(path: string): (message: string) => void {
  const { SOCK_CLOEXEC, MSG_DONTWAIT, MSG_NOSIGNAL } = constants;
  const fd = libc().socket(socketFamilies.AF_UNIX, socketTypes.SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new SystemError('a datagram socket');
  const address = encodeAddress('AF_UNIX', { path });
  return (message) => {
    const bytes = Buffer.from(message);
    libc().sendto(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length);
  };
}
