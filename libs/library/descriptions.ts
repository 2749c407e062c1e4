/**
 * How a program describes watchers, sockets and plugins (manual 5.9). Options have their documented
 * names: those of circus.ini, of `add` and of `set`.
 */
import type { HookName, SocketOptions, WatcherOptions } from '#libs/config';
import type { Json, JsonObject } from '#libs/protocol';

/** Of a stream: `class`, or `filename` for a FileStream, and what its class knows. */
export type StreamDescription = Readonly<Record<string, string | number | boolean>>;

type OptionsOf<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Options that are easier to write than to keep. */
interface Spellings {
  /** By name or number. */
  readonly stop_signal?: string | number | undefined;
  readonly stdout_stream?: StreamDescription | undefined;
  readonly stderr_stream?: StreamDescription | undefined;
  /** By name without `rlimit_`; null is unlimited. */
  readonly rlimits?: Readonly<Record<string, number | null>> | undefined;
  readonly hooks?:
    | { readonly [H in HookName]?: string | readonly [hook: string, ignoresErrors: boolean] }
    | undefined;
}

/** Options of a watcher that it may be given beside its name and command. */
export interface WatcherDescription
  extends Omit<OptionsOf<WatcherOptions>, keyof Spellings | 'cmd' | 'depends_on'>,
    Spellings {
  readonly depends_on?: readonly string[] | string | undefined;
  /**
   * Called before each reload of this watcher. An error it throws is that of the reload, which then
   * does nothing.
   */
  readonly prereload_fn?: (() => void) | undefined;
  /** Options of plugins for this watcher, `flapping.window`. */
  readonly [forPlugins: `${string}.${string}`]: Json;
}

/** A watcher of `getArbiter`. */
export interface NamedWatcherDescription extends WatcherDescription {
  /** Default: the first word of `cmd`, without its folder. */
  readonly name?: string | undefined;
  readonly cmd: string;
}

/** A managed socket (manual 5.7). */
export type SocketDescription = OptionsOf<SocketOptions>;

/** A plugin: `use` names it, other keys are what it is told (manual 5.10). */
export interface PluginDescription {
  readonly use: string;
  /** Default: the last part of `use`. */
  readonly name?: string;
  readonly [key: string]: Json | undefined;
}

/** As the tables take it. */
export function plainOptions({ prereload_fn: _, ...description }: WatcherDescription): JsonObject {
  const { rlimits = {}, ...options } = description;
  const limits = Object.entries(rlimits).map(([name, limit]) => [`rlimit_${name}`, limit]);
  return Object.fromEntries(
    [...Object.entries(options), ...limits].filter(([, value]) => value !== undefined),
  );
}

/** As the tables take it: options that are undefined are not there. */
export function definedOptions(options: object): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
