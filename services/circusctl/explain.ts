import { EndpointError, ReplyError, TimeoutError } from '#libs/client';
import { UsageError, usageLine } from '#libs/commands';
import { MisuseError, NotReachedError, UnansweredError, UnknownNameError } from './mistakes.ts';
import { describeUnreachable } from './unreachable.ts';

/** What is written on standard error, and the exit code (protocol 9). */
export interface Explanation {
  readonly text: string;
  readonly exitCode: 1 | 2 | 3;
}

/** @throws the error itself when it is a fault of our own */
export function explain(error: unknown): Explanation {
  if (error instanceof UnknownNameError) {
    return { text: `${error.message}\nSee 'circusctl --help'.`, exitCode: 2 };
  }
  if (error instanceof MisuseError) return { text: misuse(error), exitCode: 1 };
  if (error instanceof UsageError) return { text: error.message, exitCode: 1 };
  if (error instanceof UnansweredError) return { text: error.message, exitCode: 1 };
  if (error instanceof TimeoutError) return { text: describeUnreachable(error), exitCode: 1 };
  if (error instanceof NotReachedError) {
    return error.isTimeout
      ? { text: error.message, exitCode: 1 }
      : { text: `error: ${error.message}`, exitCode: 3 };
  }
  if (error instanceof EndpointError) return { text: `error: ${error.message}`, exitCode: 1 };
  if (error instanceof ReplyError) return { text: `error: ${error.message}`, exitCode: 3 };
  throw error;
}

function misuse({ message, command }: MisuseError): string {
  return command === undefined ? message : `${message}\nusage: ${usageLine(command)}`;
}
