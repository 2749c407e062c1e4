import type { JsonObject } from '#libs/protocol';
import { type CommandLine, type PropertyTable, UsageError } from '../command.ts';
import { defineCommand } from '../define-command.ts';
import { given } from '../given.ts';
import { readWord } from '../line-to-properties.ts';
import { requireWatcher } from '../select.ts';
import { oneWatcher } from '../watcher-names.ts';

const properties = {
  ...oneWatcher,
  signum: {
    kind: 'signal',
    required: true,
    aliases: ['signal'],
    doc: 'The signal: `15`, `TERM`, `SIGTERM`, `SIGRTMIN+1`; 0 only looks whether it could be sent.',
  },
  pid: { kind: 'pid', doc: 'Only this process of the watcher; all without it.' },
  childpid: {
    kind: 'pid',
    aliases: ['child_pid'],
    doc: 'Only this child of a process; its owner is found without `pid`.',
  },
  children: { kind: 'boolean', default: false, doc: 'The direct children, not the process.' },
  recursive: { kind: 'boolean', default: false, doc: 'The process and all its descendants.' },
} as const satisfies PropertyTable;

/** Manual 5.5 "signal". */
export const signal = defineCommand({
  name: 'signal',
  summary: 'Send a signal to processes of a watcher',
  description: `Sends a signal to all processes of a watcher, to one of them, or to a child of one. What
the processes do then is theirs; circusd replaces those that end. To end them surely, see \`kill\`.

Names go with or without SIG, in any case. The word \`recursive\` before the signal is the same as
--recursive. A process that is not there gets nothing, and that is no error.

Prefer names: the numbers 30 and 31 that the manual gives for USR1 and USR2 are those of BSD, and mean
PWR and SYS on Linux, where USR1 is 10 and USR2 is 12.`,
  manual: '5.5',
  properties,
  usage: '<name> [pid] [childpid] [recursive] <signum>',
  flags: [
    { spelling: '--children', doc: 'To the direct children instead of the process' },
    { spelling: '--recursive', doc: 'To the process and all its descendants' },
  ],
  examples: [
    'circusctl signal web HUP',
    'circusctl signal web 4711 TERM',
    'circusctl signal web --recursive 15',
  ],
  execute(controller, { name, signum, pid, childpid, children, recursive }) {
    const { key } = requireWatcher(controller, name);
    controller.signal(key, { signum, children, recursive, ...given({ pid, childpid }) });
    return {};
  },
  toProperties,
  form: { label: 'Send a signal', asks: ['signum', 'pid', 'children', 'recursive'] },
});

/** The signal is the last word; `recursive` may stand anywhere between. */
function toProperties({ words: [name = '', ...words], flags }: CommandLine): JsonObject {
  const plain = words.filter((word) => word !== 'recursive');
  const [pid, childpid, ...others] = plain.slice(0, -1);
  const signum = plain.at(-1);
  if (signum === undefined || others.length > 0) {
    throw new UsageError('Invalid number of arguments');
  }
  return {
    name,
    signum,
    ...readPid('pid', pid),
    ...readPid('childpid', childpid),
    children: flags['children'] === true,
    recursive: flags['recursive'] === true || words.includes('recursive'),
  };
}

function readPid(name: 'pid' | 'childpid', word: string | undefined): JsonObject {
  return word === undefined ? {} : { [name]: readWord(properties, name, word) };
}
