/** What a watcher is configured to be: plain data, replaced and never changed. */
import type { StreamOptions } from './watcher-families.ts';
import type { WatcherOptions } from './watcher-table.ts';

/** One watcher's configuration. */
export interface WatcherConfig {
  /** As written. Watchers are looked up by the lower-cased name. */
  readonly name: string;
  readonly options: WatcherOptions;
  /** Options that nobody here knows, kept for plugins, as written. */
  readonly freeForm: Readonly<Record<string, string>>;
  /** By lower-case name without `rlimit_`; soft and hard limit are both set; null is unlimited. */
  readonly rlimits: Readonly<Record<string, number | null>>;
  readonly streams: { readonly stdout?: StreamOptions; readonly stderr?: StreamOptions };
  /** By hook name: `path.to.callable[,bool]` as given. */
  readonly hooks: Readonly<Record<string, string>>;
  /** The configured environment, env sections included, a copied one not. */
  readonly env: Readonly<Record<string, string>>;
  /** `set env` was used: nothing is copied from circusd's environment any more (protocol 2.4). */
  readonly isEnvReplaced: boolean;
  /** Where options were set: `file:line`, or `runtime` for `add` and `set`; others are defaults. */
  readonly origins: Readonly<Record<string, string>>;
}
