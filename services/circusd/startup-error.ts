/** circusd cannot start, for a reason that its user can mend: told without a stack trace, exit 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
