import { defineCommand } from '../define-command.ts';
import { given } from '../given.ts';
import { requireWatcher } from '../select.ts';
import { oneWatcher } from '../watcher-names.ts';

/** Not in the manual; protocol 2.3 "kill". */
export const kill = defineCommand({
  name: 'kill',
  summary: 'Kill processes of a watcher gracefully',
  description: `Ends all processes of a watcher, or one: it gets a signal, and if it still lives after
the time-out SIGKILL, together with everything that it has started. The watcher stays active, so each
is replaced. A pid that the watcher does not have is ignored.

To send a signal and do no more, see \`signal\`.`,
  manual: '-',
  properties: {
    ...oneWatcher,
    pid: { kind: 'pid', doc: 'Only this process.' },
    signum: {
      kind: 'signal',
      aliases: ['signal'],
      doc: "The signal, by number or name; the watcher's stop_signal without it.",
    },
    graceful_timeout: {
      kind: 'number',
      minimum: 0,
      doc: "Seconds until SIGKILL; the watcher's graceful_timeout without it.",
    },
  },
  canWait: true,
  settlesIn: 'settled',
  usage: '<name> [pid]',
  flags: [
    { spelling: '--signum <signal>', doc: "The signal; default: the watcher's stop_signal" },
    {
      spelling: '--graceful_timeout <seconds>',
      doc: "Time until SIGKILL; default: the watcher's graceful_timeout",
    },
  ],
  examples: ['circusctl kill web', 'circusctl kill web 4711 --signum INT --graceful_timeout 2'],
  execute(controller, { name, pid, signum, graceful_timeout: gracefulTimeout }) {
    const { key } = requireWatcher(controller, name);
    return controller.kill(key, given({ pid, signum, gracefulTimeout }));
  },
  form: { label: 'Kill', asks: ['pid', 'signum'], confirm: 'Kill its processes?' },
});
