import { resolve } from 'node:path';
import type { JsonObject } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { version } from './version.ts';

/** Not in the manual; design.md "Processes are started by posix_spawn". */
export const upgrade = defineCommand({
  name: 'upgrade',
  summary: 'Replace circusd by a newer one, and nothing else',
  description: `circusd becomes another program, of a newer version perhaps, under the same pid. No
process is restarted, no socket closed, no byte of output and no event lost; options that were set at
run time stay. SIGUSR2 to circusd does the same.

First the new program is run beside circusd and shown its state. If it cannot start, cannot read the
state, or says nothing for --patience seconds, nothing happens and the reply tells why.

The reply, sent before the change, has \`upgrade\`, which is \`started\`, and the \`generation\` that
ends with it. circusctl then asks for the \`version\` until the next generation answers. Connections
to circusd's endpoints are made anew; commands that are waited for get their replies from the new
one. Subscribers miss no event that is published once they are connected again, within a second; what
was before \`circusctl events\` tells.

A program is a JavaScript file, run by the same node, or anything that can be executed. Without
--program it is the file that runs already, which a newer package may have replaced.`,
  manual: '-',
  properties: {
    program: { kind: 'string', doc: 'The path of the program; default: the one that runs.' },
    patience: {
      kind: 'number',
      default: 10,
      minimum: 0,
      doc: 'Seconds that the new program has to show that it can go on.',
    },
  },
  usage: '',
  flags: [
    { spelling: '--program <path>', doc: 'The program to become; default: the one that runs' },
    { spelling: '--patience <seconds>', doc: 'How long the new program has to show that it can' },
  ],
  examples: ['circusctl upgrade', 'circusctl upgrade --program ./circus-2.0/bin/circusd.js'],
  execute: (controller, request) => controller.upgrade(request),
  toProperties({ flags: { program, patience } }): JsonObject {
    return {
      // circusd has a working directory of its own.
      ...(typeof program === 'string' ? { program: resolve(program) } : {}),
      ...(typeof patience === 'string' ? { patience } : {}),
    };
  },
  async follow({ generation, pid }, ask) {
    while (true) {
      const now = await ask('version');
      if (now['pid'] !== pid) return failed(now, `another circusd answers, with pid ${now['pid']}`);
      if (Number(now['generation']) > Number(generation)) return now;
      if (now['upgrade_failure'] !== undefined) return failed(now, String(now['upgrade_failure']));
    }
  },
  print: version.print,
  form: {
    label: 'Upgrade',
    asks: ['program'],
    confirm: 'Replace circusd by the program on disk?',
  },
});

function failed(reply: JsonObject, reason: string): JsonObject {
  return { ...reply, status: 'error', reason, errno: 6 };
}
