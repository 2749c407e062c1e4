/** HttpObserver: asks for a page again and again, and tells statsd how long it takes (protocol 5.3). */
import { defineOptions, seconds, string } from '#libs/options';
import type { PluginContext } from '#libs/plugin';
import { Observer, observerOptions } from '../observer.ts';

const options = defineOptions([
  ...observerOptions,
  {
    name: 'check_url',
    kind: string,
    default: 'http://localhost/',
    doc: 'The page to ask for.',
    manual: '-',
  },
  {
    name: 'timeout',
    kind: seconds,
    default: 10,
    unit: 'seconds',
    minimum: 0.01,
    doc: 'How long it may take.',
    manual: '-',
  },
  {
    name: 'restart_on_error',
    kind: string,
    default: null,
    doc: 'The watcher to restart when there is no page.',
    manual: '-',
  },
]);

/** What is counted when there is no answer at all: the original's own code. */
const noAnswer = 599;

/** Timing `http_stats.request_time`; counters `http_stats.error` and `http_stats.error.<status>`. */
export class HttpObserver extends Observer<typeof options> {
  static readonly classPath = 'circus.plugins.http_observer.HttpObserver';
  static readonly summary =
    'Asks for a page again and again: timing `http_stats.request_time`, counters `http_stats.error` and `http_stats.error.<status>`, 599 when there is no answer.';
  static override readonly options = options;

  constructor(context: PluginContext) {
    super(context, options);
  }

  override async look_after(): Promise<void> {
    const begin = performance.now();
    const status = await this.#request();
    if (status < 400) {
      this.metrics.timing('http_stats.request_time', performance.now() - begin);
      return;
    }
    this.metrics.increment('http_stats.error');
    this.metrics.increment(`http_stats.error.${status}`);
    const { restart_on_error: name, check_url } = this.values;
    this.log.warn(`${check_url} has failed with ${status}`);
    if (name === null) return;
    this.cast('restart', { name });
    this.metrics.increment('http_stats.restart_on_error');
  }

  async #request(): Promise<number> {
    const { check_url, timeout } = this.values;
    try {
      const response = await fetch(check_url, { signal: AbortSignal.timeout(timeout * 1_000) });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return noAnswer;
    }
  }
}
