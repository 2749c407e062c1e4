import type { Command } from '#libs/commands';

/** What was typed names a command or a flag that there is not; exit code 2. */
export class UnknownNameError extends Error {
  override readonly name = 'UnknownNameError';
}

/** What was typed does not fit the command; exit code 1. */
export class MisuseError extends Error {
  override readonly name = 'MisuseError';
  /** The command that it does not fit, when one was named. */
  readonly command: Command | undefined;

  constructor(message: string, command?: Command) {
    super(message);
    this.command = command;
  }
}

/** What was waited for will not be, or was not in time; exit code 3 or 1. */
export class NotReachedError extends Error {
  override readonly name = 'NotReachedError';
  readonly isTimeout: boolean;

  constructor(message: string, { isTimeout = false } = {}) {
    super(message);
    this.isTimeout = isTimeout;
  }
}

/** No answer in time; the message tells what was found out about it. Exit code 1. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
}
