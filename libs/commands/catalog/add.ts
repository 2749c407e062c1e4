import { CircusError } from '#libs/protocol';
import { commandOf } from '../command-words.ts';
import { defineCommand } from '../define-command.ts';

/** Manual 5.5 "add". */
export const add = defineCommand({
  name: 'add',
  summary: 'Add a watcher',
  description: `Adds a watcher to the running circusd, stopped unless --start is given. It is not
written to the configuration file. Names are unique whatever their case.

The command is one word that holds all of it, or is typed as it would be in a shell: from its first
word on everything belongs to it, flags too, except --start and --waiting at the very end (\`--\` in
front of the command keeps even these).

When a start was waited for, the reply has the pids \`started\` and \`kept\`.`,
  manual: '5.5',
  properties: {
    name: { kind: 'string', required: true, doc: 'The name of the new watcher.' },
    cmd: { kind: 'string', required: true, doc: 'The command line of its processes.' },
    args: { kind: 'words', default: [], doc: 'Arguments that follow those in `cmd`.' },
    options: { kind: 'object', default: {}, doc: "The watcher's options, as in `set`." },
    start: { kind: 'boolean', default: false, doc: 'Start it at once.' },
  },
  canWait: true,
  settlesIn: 'settled',
  usage: '<name> <cmd>...',
  literalAfter: 1,
  flags: [{ spelling: '--start', doc: 'Start the watcher at once' }],
  examples: [
    'circusctl add --start sleeper sleep 3600',
    'circusctl add web "gunicorn -w 2 app:main"',
  ],
  execute(controller, { name, cmd, args, options, start }) {
    if (name.trim() === '') throw new CircusError('invalid_message', "'name' is empty");
    return controller.add({ name, cmd, args, options, start });
  },
  toProperties({ words: [name = '', ...words], flags }) {
    return { name, cmd: commandOf(words), start: flags['start'] === true };
  },
  form: { label: 'Add a watcher', asks: ['name', 'cmd', 'start'] },
});
