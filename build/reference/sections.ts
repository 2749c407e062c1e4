/** The sections of a configuration file that have an option table; a new table is one row here. */
import {
  circusTable,
  type OptionFamily,
  socketTable,
  watcherFamilies,
  watcherTable,
} from '#libs/config';
import type { OptionTable } from '#libs/options';

/** One kind of section. */
export interface ConfigSection {
  /** As it is written, without brackets: `watcher:NAME`. */
  readonly name: string;
  /** Names of such sections, as a regular expression. */
  readonly pattern: string;
  readonly doc: string;
  readonly table: OptionTable;
  readonly families: readonly OptionFamily[];
  /** Whether `set` can change its options while circusd runs. */
  readonly isSettable: boolean;
  /** Which other keys are right, and what becomes of them. */
  readonly others: string;
}

/** Sections with options of their own, in the order of the manual. */
export const sections: readonly ConfigSection[] = [
  {
    name: 'circus',
    pattern: '^circus$',
    doc: `circusd itself. Every option has a default, so the section may be left out. A change in the
file is found by \`circusctl reloadconfig\`, which tells whether it holds at once or from the next start
of circusd on.`,
    table: circusTable,
    families: [],
    isSettable: false,
    others: 'Any other key is a fault.',
  },
  {
    name: 'watcher:NAME',
    pattern: '^watcher:.+$',
    doc: `A program and how many processes of it to run, one section for each. NAME keeps its case and
may have spaces, dots and colons; two names that differ only in case are a fault. A section without any
option is as if it were not there.`,
    table: watcherTable,
    families: watcherFamilies,
    isSettable: true,
    others: `**Any other key** is a free-form option: a text that is kept, shown by \`circusctl options\` and
read by plugins, such as \`flapping.attempts\`. One that looks like a misspelt option is worth a warning.`,
  },
  {
    name: 'socket:NAME',
    pattern: '^socket:.+$',
    doc: `A socket that circusd opens before any process, and holds for as long as it runs. Processes of
a watcher with \`use_sockets\` inherit all of them, each under the number that \`circusctl listsockets\`
tells and that \`$(circus.sockets.NAME)\` stands for in a command; \`stdin_socket\` gives one as standard
input. Because the socket outlives the processes, no connection is refused while they are replaced.
NAME is found in any case.

One that cannot be had keeps circusd from starting, and makes \`circusctl reloadconfig\` change nothing.
When circusd is started with sockets, as systemd does for a socket unit, those of the same name or
address are taken instead of new ones.`,
    table: socketTable,
    families: [],
    isSettable: false,
    others: 'Any other key is a fault.',
  },
];

/** What `[plugin:NAME]` says beside options of its watcher and what is the plugin's own. */
export const pluginKeys: readonly { readonly name: string; readonly doc: string }[] = [
  {
    name: 'use',
    doc: 'A built-in plugin by its class path, such as circus.plugins.flapping.Flapping, or a class of your own: ./file.js#Class, package#Class. See circus-plugin(1).',
  },
  {
    name: 'cmd',
    doc: 'Instead of use: the command of a plugin in any language. It finds what it needs in the environment: CIRCUS_ENDPOINT, CIRCUS_PUBSUB_ENDPOINT, CIRCUS_PLUGIN_NAME, CIRCUS_PLUGIN_CONFIG.',
  },
  {
    name: 'args',
    doc: 'Arguments that follow cmd. circus stands for those of the original: --endpoint, --pubsub and --config.',
  },
];
