import type { Json, JsonObject } from '#libs/protocol';
import { type CommandLine, UsageError } from '../command.ts';
import { defineCommand } from '../define-command.ts';
import { parseOptionWord } from '../option-words.ts';
import { requireWatcher } from '../select.ts';
import { oneWatcher } from '../watcher-names.ts';

/** Manual 5.5 "set". */
export const set = defineCommand({
  name: 'set',
  summary: 'Set options of a watcher',
  description: `Changes options of a running watcher, in the order given, and does then what the
changes ask for, once: new processes for what a process is started with (cmd, env, uid ...), more or
fewer processes, or nothing. A stopped watcher stays stopped. The configuration file keeps its
values.

Values are typed as in the configuration file: \`true\`, \`SIGTERM\`, \`A=1,B=2\` for env, which replaces
the whole environment. A value that begins with a dash and is no number needs \`--\` before the name.`,
  manual: '5.5',
  properties: {
    ...oneWatcher,
    options: { kind: 'object', required: true, doc: 'Options and their new values.' },
  },
  canWait: true,
  settlesIn: 'settled',
  usage: '<name> <key> <value> [<key> <value>...]',
  examples: [
    'circusctl set web numprocesses 4',
    'circusctl set web graceful_timeout 10 stop_signal QUIT --waiting',
  ],
  execute(controller, { name, options }) {
    const { key } = requireWatcher(controller, name);
    return controller.set(key, new Map(Object.entries(options)));
  },
  toProperties,
  form: { label: 'Set options', asks: ['options'] },
});

/** Words are typed in pairs after the name. */
function toProperties({ words: [name = '', ...words] }: CommandLine): JsonObject {
  if (words.length % 2 === 1) throw new UsageError('Invalid number of arguments');
  const options: [string, Json][] = [];
  for (let place = 0; place < words.length; place += 2) {
    const [key = '', text = ''] = words.slice(place, place + 2);
    options.push([key, parseOptionWord(key, text)]);
  }
  return { name, options: Object.fromEntries(options) };
}
