/** What a hook option says: `exec:COMMAND` or `FILE#function`, and whether its errors count (protocol 6.3). */
import { boolean } from '#libs/options';

/** What is to be run. */
export interface Hook {
  /** As written, without the flag. */
  readonly target: string;
  /** An error is as if it had agreed. */
  readonly ignoresErrors: boolean;
  /**
   * `command`: words of a command line. `function`: of a JavaScript module. `unknown`: a callable of
   * Python, which nothing here can call.
   */
  readonly kind: 'command' | 'function' | 'unknown';
}

const commandPrefix = 'exec:';

/** Reads an option's text; `undefined` when it is no hook of any form. */
export function parseHook(text: string): Hook | undefined {
  const [, target = '', flag] = /^(.*?)(?:\s*,\s*(\w+)\s*)?$/s.exec(text.trim()) ?? [];
  const ignoresErrors = flag === undefined ? false : boolean.parse(flag);
  const isCommand = target.startsWith(commandPrefix);
  // A command may end in a comma and a word of its own.
  if (isCommand && ignoresErrors === undefined) return command(text.trim(), false);
  if (ignoresErrors === undefined || target === '') return undefined;
  if (isCommand) return command(target, ignoresErrors);
  if (target.includes(',')) return undefined;
  return { target, ignoresErrors, kind: target.includes('#') ? 'function' : 'unknown' };
}

function command(target: string, ignoresErrors: boolean): Hook | undefined {
  const words = target.slice(commandPrefix.length).trim();
  return words === '' ? undefined : { target: words, ignoresErrors, kind: 'command' };
}
