import type { WatcherRow } from './console-state.ts';

const companions: readonly string[] = ['circusd-stats', 'circushttpd'];

/** A watcher of which only the name is known. */
export function newWatcher(name: string): WatcherRow {
  return {
    name,
    status: 'stopped',
    trouble: null,
    alive: 0,
    wanted: 0,
    ready: null,
    restarts: 0,
    since: null,
    cpu: null,
    rss: null,
    lastExit: null,
    kind: kindOf(name),
    reload: null,
  };
}

function kindOf(name: string): WatcherRow['kind'] {
  if (companions.includes(name)) return 'companion';
  return name.startsWith('plugin:') ? 'plugin' : 'watcher';
}
