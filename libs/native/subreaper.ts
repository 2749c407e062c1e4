/** Orphans of our own come to us instead of to init, so that none is lost from sight. */

import { libc, SystemError } from './libc.ts';
import { constants } from './platform.ts';

/**
 * Makes this process the new parent of descendants whose parent dies. It lasts across an exec in
 * place; children do not inherit it.
 *
 * @throws SystemError the kernel refused
 */
export function becomeSubreaper(isWanted = true): void {
  if (libc().prctl(constants.PR_SET_CHILD_SUBREAPER, isWanted ? 1 : 0, 0, 0, 0) !== 0) {
    throw new SystemError('cannot become a subreaper');
  }
}
