import { printValue } from '#libs/options';
import { isJsonObject } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { requireWatcher } from '../select.ts';

/** Manual 5.5 "status". */
export const status = defineCommand({
  name: 'status',
  summary: 'Get the status of a watcher or of all watchers',
  description: `A watcher is one of

  active     it runs
  starting   its first processes are being started
  stopping   its last processes are being stopped
  stopped    it has no process, and none is wanted

With a name the reply's \`status\` is that state; without one \`statuses\` maps names to states. Why a
watcher is not as wanted (a failed spawn, a pause after crashes) is in \`trouble\`, or in \`troubles\`
by name; --json shows it.`,
  manual: '5.5',
  properties: { name: { kind: 'string', doc: 'The watcher, in any case.' } },
  isReadOnly: true,
  settlesIn: 'settled',
  usage: '[name]',
  flags: [{ spelling: '--watch', doc: 'Show it again whenever it changes, until Ctrl-C' }],
  examples: [
    'circusctl status',
    'circusctl status web',
    'circusctl status --watch',
    'circusctl status web --wait=active --timeout 30',
  ],
  execute(controller, { name }) {
    if (name !== undefined) {
      const { status, trouble } = requireWatcher(controller, name);
      return trouble === null ? { status } : { status, trouble };
    }
    const watchers = controller.watchers();
    const states = watchers.map(({ name, status }) => [name, status] as const);
    const troubles = watchers
      .map(({ name, trouble }) => [name, trouble] as const)
      .filter(([, trouble]) => trouble !== null);
    const statuses = Object.fromEntries(states);
    return troubles.length === 0
      ? { statuses }
      : { statuses, troubles: Object.fromEntries(troubles) };
  },
  print({ status, statuses }) {
    if (statuses === undefined || !isJsonObject(statuses)) return printValue(status);
    const names = Object.keys(statuses).sort();
    return names.map((name) => `${name}: ${printValue(statuses[name])}`).join('\n');
  },
});
