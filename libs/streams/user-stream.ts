/** Stream classes of the user (manual 5.9.2): `exec:command`, and `./file.js#Class`. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { asHostLines } from './host-lines.ts';
import { HostSink } from './host-sink.ts';
import * as rows from './option-rows.ts';
import { defineStream, type StreamClass } from './stream-class.ts';

const execForm = /^exec:\s*(\S.*)$/s;
const moduleForm = /^([^#]+)#([A-Za-z_$][\w$]*)$/;

/**
 * The class of that name; `undefined` when it is not one of the user's.
 *
 * @throws Error it is one of his, and not there
 */
export function findUserStream(name: string): StreamClass | undefined {
  const [, command] = execForm.exec(name) ?? [];
  if (command !== undefined) return userStream(name, () => ['/bin/sh', '-c', command]);
  const [, file, className] = moduleForm.exec(name) ?? [];
  if (file === undefined || className === undefined) return undefined;
  const path = resolve(file);
  if (!existsSync(path)) throw new Error(`there is no ${path}: write ./file.js#Class`);
  return userStream(name, (runner) => [...runner, path, className]);
}

/** Its options beyond those of every stream are its own, and told to it as texts. */
function userStream(
  name: string,
  argvOf: (runner: readonly string[]) => readonly string[],
): StreamClass {
  return {
    ...defineStream({
      name,
      doc: 'A program of your own.',
      options: [rows.onFull, rows.refreshTime],
      plan({ on_full, refresh_time, ...own }, context) {
        const { hosts } = context;
        const argv = argvOf(hosts.runner);
        const env = { ...hosts.env, CIRCUS_STREAM_OPTIONS: JSON.stringify(own) };
        const sink = new HostSink(`stream class ${name}`, hosts.start, { argv, env });
        return { sink, format: asHostLines(context) };
      },
    }),
    takesAny: true,
  };
}
