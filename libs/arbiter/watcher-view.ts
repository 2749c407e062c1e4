/** A watcher as commands see it. */
import { describeOptions, type WatcherConfig } from '#libs/config';
import type { WatcherStatus, WatcherView } from '#libs/protocol';
import { livePids, statusOf, troubleOf, type WatcherRecord } from '#libs/supervision';
import type { WatcherOutputs } from './watcher-outputs.ts';

/** Looks at the core's record and the configuration; only what is asked for is worked out. */
export function viewWatcher(
  record: WatcherRecord,
  config: WatcherConfig,
  now: number,
  outputs: Pick<WatcherOutputs, 'troubleOf' | 'droppedOf'>,
): WatcherView {
  return {
    name: record.name,
    key: record.key,
    get status(): WatcherStatus {
      return statusOf(record);
    },
    get pids(): readonly number[] {
      return livePids(record);
    },
    get processCount(): number {
      return record.slots.filter(({ process }) => process?.pid != null).length;
    },
    numprocesses: record.rules.numprocesses,
    singleton: record.rules.singleton,
    get options(): WatcherView['options'] {
      return describeOptions(config);
    },
    origins: config.origins,
    get trouble(): string | null {
      return troubleOf(record, now) ?? outputs.troubleOf(record.key);
    },
    get droppedBytes(): number {
      return outputs.droppedOf(record.key);
    },
  };
}
