/** The watchers that a storm goes over. Each worker shows whose it is and which place it fills. */
import { readArguments, readEnvironment } from '../daemon/index.ts';

const nameVariable = 'CHAOS_WATCHER';

/** One watcher of the storm. */
export interface StormWatcher {
  readonly name: string;
  readonly numprocesses: number;
}

/** 200 workers. Two watchers never back off, two hardly, the last one as every watcher does. */
export const stormWatchers: readonly StormWatcher[] = Array.from({ length: 5 }, (_, index) => ({
  name: `storm${index}`,
  numprocesses: 40,
}));

const backoff = ['backoff_min_life = 0', 'backoff_max = 0.5', ''];

/** The watchers as sections of a configuration. */
export function describeWatchers(): string {
  const sections = stormWatchers.map(({ name, numprocesses }, index) => {
    // sleep(1) adds its arguments up: the last one changes nothing but what /proc shows.
    return `[watcher:${name}]
cmd = /bin/sleep 1000000 $(circus.wid)
numprocesses = ${numprocesses}
autostart = False
graceful_timeout = 5
max_retry = -1
priority = ${index}
${backoff[index >> 1]}

[env:${name}]
${nameVariable} = ${name}`;
  });
  return sections.join('\n\n');
}

/** `storm0 3`: which place a worker fills; `undefined` when it is gone or not yet a worker. */
export function readClaim(pid: number): string | undefined {
  const watcher = readEnvironment(pid).get(nameVariable);
  const wid = readArguments(pid)[2];
  return watcher === undefined || wid === undefined ? undefined : `${watcher} ${wid}`;
}
