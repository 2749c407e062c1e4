/** A file without a name, in memory: for what one program tells the next. */
import { libc, SystemError } from './libc.ts';
import { constants } from './platform.ts';

/**
 * A descriptor, close-on-exec, that belongs to the caller. `label` shows in /proc/PID/fd alone.
 *
 * @throws SystemError EMFILE, ENFILE, ENOMEM
 */
export function createMemoryFile(label: string): number {
  const fd = libc().memfd_create(label, constants.MFD_CLOEXEC);
  if (fd < 0) throw new SystemError('cannot create a file in memory');
  return fd;
}
