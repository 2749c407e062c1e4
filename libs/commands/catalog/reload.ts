import { defineCommand } from '../define-command.ts';
import { given } from '../given.ts';
import { selectByName } from '../select.ts';
import { oneOrAllWatchers } from '../watcher-names.ts';

/** Manual 5.5 "reload"; what really happens is protocol 7.8. */
export const reload = defineCommand({
  name: 'reload',
  summary: 'Reload a watcher or all watchers',
  description: `Replaces the processes of a watcher while it goes on: as many new ones are started, and
when they are ready the old ones are stopped. With no name all watchers, one after the other.
When the new ones do not get ready they are stopped again, and the old ones stay.

A watcher with send_hup = True only gets SIGHUP; a stopped one is started. With \`reload_surge\` only
so many new ones are started at a time. \`stop\` ends a reload too; \`reload --abort\` rolls it back.

When one watcher was waited for, the reply's \`info\` has the pids \`stopped\`, \`started\` and \`kept\`.`,
  manual: '5.5',
  properties: {
    ...oneOrAllWatchers,
    graceful: { kind: 'boolean', default: true, doc: 'false: stop all, then start again.' },
    sequential: { kind: 'boolean', default: false, doc: 'Replace one process at a time.' },
    abort: {
      kind: 'boolean',
      default: false,
      doc: 'Start none: roll back the one that is under way. Whoever waits for it gets an error.',
    },
  },
  canWait: true,
  settlesIn: 'settled',
  usage: '[name]',
  flags: [
    { spelling: '--terminate', doc: 'Not gracefully: the same as restart' },
    { spelling: '--sequential', doc: 'One process at a time: stop it, start its successor' },
    { spelling: '--abort', doc: 'Roll back the reload that is under way' },
  ],
  examples: [
    'circusctl reload web --waiting',
    'circusctl reload --sequential',
    'circusctl reload web --abort',
  ],
  execute(controller, { name, graceful, sequential, abort }) {
    const selection = selectByName(controller, name);
    if (abort) return controller.abortReload(selection);
    return controller.reload(selection, { graceful, sequential });
  },
  toProperties({ words: [name], flags }) {
    const graceful = flags['terminate'] !== true;
    const abort = flags['abort'] === true ? { abort: true } : {};
    return { ...given({ name }), graceful, sequential: flags['sequential'] === true, ...abort };
  },
  form: { label: 'Reload', asks: ['sequential'] },
});
