import { printValue } from '#libs/options';
import { isJsonObject, type JsonObject, type WatcherView } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { given } from '../given.ts';
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
by name; --json shows it. Of a watcher with \`readiness\` the reply also says how many of its processes
are ready: \`ready\` is \`2/3\`, without a name such a text by name. With one, \`messages\` has what its
processes say of themselves (STATUS= to NOTIFY_SOCKET), by pid. While a watcher is reloaded, \`reload\`
is \`2/4 new, 3 old\`: of 4 wanted processes 2 new ones serve, and 3 old ones are left; without a name
\`reloads\` has such a text by name.`,
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
      const watcher = requireWatcher(controller, name);
      const { status, trouble } = watcher;
      const ready = readyText(watcher);
      const reload = reloadText(watcher);
      const messages = Object.keys(watcher.messages).length === 0 ? undefined : watcher.messages;
      return { status, ...given({ trouble: trouble ?? undefined, ready, reload, messages }) };
    }
    const watchers = controller.watchers();
    const states = watchers.map(({ name, status }) => [name, status] as const);
    const troubles = watchers
      .map(({ name, trouble }) => [name, trouble] as const)
      .filter(([, trouble]) => trouble !== null);
    return {
      statuses: Object.fromEntries(states),
      ...(troubles.length === 0 ? {} : { troubles: Object.fromEntries(troubles) }),
      ...given({ ready: byName(watchers, readyText), reloads: byName(watchers, reloadText) }),
    };
  },
  print({ status, statuses }) {
    if (statuses === undefined || !isJsonObject(statuses)) return printValue(status);
    const names = Object.keys(statuses).sort();
    return names.map((name) => `${name}: ${printValue(statuses[name])}`).join('\n');
  },
});

/** A text for each watcher that has one; `undefined` when none has. */
function byName(
  watchers: readonly WatcherView[],
  textOf: (watcher: WatcherView) => string | undefined,
): JsonObject | undefined {
  const texts = watchers.flatMap((watcher) => {
    const text = textOf(watcher);
    return text === undefined ? [] : [[watcher.name, text] as const];
  });
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

function reloadText({ reload, numprocesses }: WatcherView): string | undefined {
  return reload === null ? undefined : `${reload.fresh}/${numprocesses} new, ${reload.old} old`;
}

/** `undefined` for a watcher whose processes are not asked. */
function readyText({ readyCount, numprocesses }: WatcherView): string | undefined {
  return readyCount === null ? undefined : `${readyCount}/${numprocesses}`;
}
