import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StreamContext } from './stream-class.ts';

/** A file that nobody can know before. */
export function temporaryName({ stream }: StreamContext): string {
  return join(tmpdir(), `circus-${randomUUID()}.${stream}`);
}
