/** A watcher as commands see it. */
import { describeOptions, type WatcherConfig } from '#libs/config';
import type { WatcherStatus, WatcherView } from '#libs/protocol';
import {
  type DaemonState,
  livePids,
  readyCount,
  reloadCounts,
  statusOf,
  troubleOf,
  type WatcherRecord,
} from '#libs/supervision';
import type { WatcherOutputs } from './watcher-outputs.ts';

/** Where to look. */
export interface WatcherLook {
  readonly state: DaemonState;
  messagesOf(key: string): Record<string, string>;
  /** Why output is not where it should be, and what was dropped of it. */
  readonly outputs: Pick<WatcherOutputs, 'troubleOf' | 'droppedOf'>;
}

/** Looks at the core's record and the configuration; only what is asked for is worked out. */
export function viewWatcher(
  { state, messagesOf, outputs }: WatcherLook,
  record: WatcherRecord,
  config: WatcherConfig,
  now: number,
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
    get messages(): Record<string, string> {
      return messagesOf(record.key);
    },
    get readyCount(): number | null {
      return readyCount(record);
    },
    get reload(): WatcherView['reload'] {
      return reloadCounts(record);
    },
    singleton: record.rules.singleton,
    get options(): WatcherView['options'] {
      return describeOptions(config);
    },
    origins: config.origins,
    get trouble(): string | null {
      return troubleOf(state, record, now) ?? outputs.troubleOf(record.key);
    },
    get droppedBytes(): number {
      return outputs.droppedOf(record.key);
    },
  };
}
