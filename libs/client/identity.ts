import { readFileSync } from 'node:fs';

/**
 * 32 hex characters that no other client has. The kernel makes them: loading node:crypto for it
 * would take longer than the whole request.
 */
export function newIdentity(): string {
  return readFileSync('/proc/sys/kernel/random/uuid', 'utf8').trim().replaceAll('-', '');
}
