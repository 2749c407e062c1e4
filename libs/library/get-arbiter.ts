/** Everything at once (manual 5.9.1). */
import { defaultEndpoint } from '#libs/client';
import { Arbiter, type ArbiterOptions } from './arbiter.ts';
import type { NamedWatcherDescription, WatcherDescription } from './descriptions.ts';
import { defaultName, Watcher } from './watcher.ts';

const defaultPubsubEndpoint = 'tcp://127.0.0.1:5556';

/** Parameters of `getArbiter`. */
export interface GetArbiterOptions extends Omit<ArbiterOptions, 'endpoint'> {
  /** Where clients send commands; null: nowhere. Default: tcp://127.0.0.1:5555. */
  readonly controller?: string | null | undefined;
  /** Where events are published; null: nowhere. Default: tcp://127.0.0.1:5556. */
  readonly pubsub_endpoint?: string | null | undefined;
  /** The environment of watchers that have none of their own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Of old releases and without effect: streams need no backend. */
  readonly stream_backend?: 'thread' | 'gevent' | undefined;
}

/** Parameters of `getArbiter` with one command: those of its watcher too. */
export type OneWatcherOptions = GetArbiterOptions &
  Omit<WatcherDescription, keyof GetArbiterOptions> & {
    /** Of the watcher. Default: the first word of the command. */
    readonly name?: string | undefined;
  };

/** Parameters of the manual that Node has no use for, and why. */
const pointless: Readonly<Record<string, string>> = {
  context: 'all ZeroMQ sockets of a program share one context by themselves',
  loop: 'a program has one event loop, and the arbiter runs in it',
};

/**
 * Makes an arbiter with watchers and its endpoints. Manual: get_arbiter.
 *
 *     const arbiter = getArbiter([{ cmd: 'myprogram', numprocesses: 3 }]);
 *     const same = getArbiter('myprogram', { numprocesses: 3 });
 *     const again = getArbiter('myprogram', 3);
 *
 * @throws CircusError `invalid_message` with everything that is wrong with the options
 */
export function getArbiter(
  watchers: readonly NamedWatcherDescription[],
  options?: GetArbiterOptions,
): Arbiter;
export function getArbiter(cmd: string, options?: number | OneWatcherOptions): Arbiter;
export function getArbiter(
  watchers: string | readonly NamedWatcherDescription[],
  options: number | GetArbiterOptions | OneWatcherOptions = {},
): Arbiter {
  const given: OneWatcherOptions =
    typeof options === 'number' ? { numprocesses: options } : { ...options };
  for (const [name, reason] of Object.entries(pointless)) {
    if (name in given) throw new TypeError(`${name} is no parameter here: ${reason}`);
  }
  const { arbiter, watcher } = part(given);
  const isOne = typeof watchers === 'string';
  const described = isOne ? [{ ...watcher, cmd: watchers }] : watchers;
  const { env } = given;
  const made = described.map(({ name, cmd, ...own }) => {
    return new Watcher(name ?? defaultName(cmd), cmd, env === undefined ? own : { env, ...own });
  });
  // Of one watcher the pause is between its processes.
  return new Arbiter(made, isOne ? arbiter : { ...arbiter, warmup_delay: given.warmup_delay });
}

/** Which parameters are the arbiter's, and which its one watcher's. */
function part(options: OneWatcherOptions): {
  readonly arbiter: ArbiterOptions;
  readonly watcher: WatcherDescription & { readonly name?: string | undefined };
} {
  const {
    controller = defaultEndpoint,
    pubsub_endpoint = defaultPubsubEndpoint,
    stats_endpoint,
    httpd,
    httpd_host,
    httpd_port,
    check_delay,
    prereload_fn,
    plugins,
    sockets,
    background,
    debug,
    log,
    env: _env,
    stream_backend: _streamBackend,
    warmup_delay,
    ...watcher
  } = options;
  const console = { httpd, httpd_host, httpd_port };
  const shared = {
    ...console,
    check_delay,
    prereload_fn,
    plugins,
    sockets,
    background,
    debug,
    log,
  };
  const endpoints = { endpoint: controller, pubsub_endpoint, stats_endpoint };
  return { arbiter: { ...shared, ...endpoints }, watcher: { ...watcher, warmup_delay } };
}
