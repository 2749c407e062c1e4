/** All coverage tables: what users look for, what circusd declares, and how each row is seen. */
import { catalog } from '#libs/commands';
import { circusTable, socketTable, watcherTable } from '#libs/config';
import type { OptionRow } from '#libs/options';
import { circusObservations } from './circus.ts';
import { commandObservations } from './commands.ts';
import {
  circusRows,
  commandRows,
  type Documented,
  pluginRows,
  setRows,
  socketRows,
  streamClassRows,
  variableRows,
  watcherRows,
} from './documented.ts';
import type { Rows } from './rows.ts';
import { pluginObservations, socketObservations } from './sections.ts';
import { setObservations } from './set.ts';
import { streamClassObservations } from './streams.ts';
import { variableObservations } from './variables.ts';
import { watcherObservations } from './watcher.ts';

/** One table of the page. */
export interface CoverageTable {
  readonly title: string;
  /** Where the manual has the rows. */
  readonly manual: string;
  readonly documented: Documented;
  /** What circusd itself declares. */
  readonly ours: readonly Declared[];
  readonly rows: Rows;
}

interface Declared {
  readonly name: string;
  /** Accepted without effect. */
  readonly isIgnored: boolean;
}

const declared = (table: readonly OptionRow[]): Declared[] =>
  table.map(({ name, isIgnored = false }) => ({ name, isIgnored }));

export const tables: readonly CoverageTable[] = [
  {
    title: '[circus]',
    manual: '5.3.1',
    documented: circusRows,
    ours: declared(circusTable),
    rows: circusObservations,
  },
  {
    title: '[watcher:NAME]',
    manual: '5.3.2',
    documented: watcherRows,
    ours: declared(watcherTable),
    rows: watcherObservations,
  },
  {
    title: 'stream classes',
    manual: '5.3.2',
    documented: streamClassRows,
    ours: ['JsonStream', 'exec:COMMAND', 'FILE.mjs#CLASS'].map((name) => ({
      name,
      isIgnored: false,
    })),
    rows: streamClassObservations,
  },
  {
    title: '[plugin:NAME]',
    manual: '5.3.3',
    documented: pluginRows,
    ours: [{ name: 'cmd', isIgnored: false }],
    rows: pluginObservations,
  },
  {
    title: '[socket:NAME]',
    manual: '5.3.4',
    documented: socketRows,
    ours: declared(socketTable),
    rows: socketObservations,
  },
  {
    title: 'environments and variables',
    manual: '5.3.5',
    documented: variableRows,
    ours: [],
    rows: variableObservations,
  },
  {
    title: 'set and add',
    manual: '5.5.1',
    documented: setRows,
    ours: [],
    rows: setObservations,
  },
  {
    title: 'commands',
    manual: '5.5.1',
    documented: commandRows,
    ours: catalog.map(({ name }) => ({ name, isIgnored: false })),
    rows: commandObservations,
  },
];
