import { EndpointError, ReplyError, TimeoutError } from '#libs/client';
import { UsageError, usageLine } from '#libs/commands';
import { MisuseError, UnknownNameError } from './mistakes.ts';

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
  if (error instanceof TimeoutError) return { text: timedOut(error), exitCode: 1 };
  if (error instanceof EndpointError) return { text: `error: ${error.message}`, exitCode: 1 };
  if (error instanceof ReplyError) return { text: `error: ${error.message}`, exitCode: 3 };
  throw error;
}

function misuse({ message, command }: MisuseError): string {
  return command === undefined ? message : `${message}\nusage: ${usageLine(command)}`;
}

function timedOut({ endpoint, timeoutMs }: TimeoutError): string {
  return `Timed out.

circusd did not answer at ${endpoint} within ${timeoutMs / 1000} seconds. Either it is not there: check
that it runs, and give the address of its endpoint with --endpoint or CIRCUSCTL_ENDPOINT. Or what
was asked for takes longer: it goes on all the same, and a higher --timeout waits for it, which is
needed above all with --waiting.`;
}
