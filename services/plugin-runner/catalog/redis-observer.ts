/** RedisObserver: what a Redis server tells of itself, told to statsd (protocol 5.3). */
import { createClient } from '@redis/client';
import { defineOptions, seconds, string } from '#libs/options';
import type { PluginContext } from '#libs/plugin';
import { messageOf } from '#libs/protocol';
import { Observer, observerOptions } from '../observer.ts';

const options = defineOptions([
  ...observerOptions,
  {
    name: 'redis_url',
    kind: string,
    default: 'redis://localhost:6379/0',
    doc: 'The server.',
    manual: '-',
  },
  {
    name: 'timeout',
    kind: seconds,
    default: 5,
    unit: 'seconds',
    minimum: 0.01,
    doc: 'How long it may take to answer.',
    manual: '-',
  },
  {
    name: 'restart_on_timeout',
    kind: string,
    default: null,
    doc: 'The watcher to restart when it does not answer.',
    manual: '-',
  },
]);

/** Of all that INFO tells; a server leaves out what it does not know (any more). */
const told = [
  ...['pubsub_channels', 'connected_slaves', 'lru_clock', 'connected_clients', 'keyspace_misses'],
  ...['used_memory', 'used_memory_peak', 'total_commands_processed', 'used_memory_rss'],
  ...['total_connections_received', 'pubsub_patterns', 'used_cpu_sys', 'used_cpu_sys_children'],
  ...['blocked_clients', 'used_cpu_user', 'client_biggest_input_buf', 'mem_fragmentation_ratio'],
  ...['expired_keys', 'evicted_keys', 'client_longest_output_list', 'uptime_in_seconds'],
  ...['keyspace_hits'],
];

/** Gauges `redis_stats.<figure>`, counter `redis_stats.error`. */
export class RedisObserver extends Observer<typeof options> {
  static readonly classPath = 'circus.plugins.redis_observer.RedisObserver';
  static readonly summary =
    'Asks a Redis server for INFO again and again: gauges `redis_stats.<figure>`, counter `redis_stats.error`.';
  static override readonly options = options;

  constructor(context: PluginContext) {
    super(context, options);
  }

  override async look_after(): Promise<void> {
    try {
      const figures = readInfo(await this.#ask());
      for (const name of told) {
        const value = figures.get(name);
        if (value !== undefined) this.metrics.gauge(`redis_stats.${name}`, value);
      }
    } catch (error) {
      this.log.warn(`redis does not answer: ${messageOf(error)}`);
      this.#noteError();
    }
  }

  #noteError(): void {
    this.metrics.increment('redis_stats.error');
    const { restart_on_timeout: name } = this.values;
    if (name === null) return;
    this.cast('restart', { name });
    this.metrics.increment('redis_stats.restart_on_error');
  }

  /** A connection for each question: that the server takes one is a part of the answer. */
  async #ask(): Promise<string> {
    const { redis_url: url, timeout } = this.values;
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    // Told by connect() and info() too; without a listener it would end the plugin.
    client.on('error', () => undefined);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeout * 1_000);
    try {
      return await Promise.race([
        client.connect().then(() => client.info()),
        rejection(late.signal, timeout),
      ]);
    } finally {
      clearTimeout(timer);
      if (client.isOpen) client.destroy();
    }
  }
}

function rejection(signal: AbortSignal, seconds: number): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${seconds} s`)));
  });
}

function readInfo(text: string): Map<string, number> {
  const lines = text.split(/\r?\n/).map((line) => line.split(':', 2));
  const figures = lines.map(([name = '', value = '']) => [name, Number.parseFloat(value)] as const);
  return new Map(figures.filter(([, value]) => Number.isFinite(value)));
}
