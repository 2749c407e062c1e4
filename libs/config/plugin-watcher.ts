/** From a plugin's configuration to the watcher that runs it, and what its process is told. */
import type { CircusOptions } from './circus-options.ts';
import { type PluginConfig, pluginValues } from './read-plugin.ts';
import type { WatcherConfig } from './watcher-config.ts';

/** What the original's launcher is asked for by `args = circus`. */
const originalArguments = 'circus';

/**
 * The watcher of a plugin, complete: its command, and the endpoints and its configuration in its
 * environment.
 *
 * @param runner - runs circus-plugin; the name of the plugin follows its arguments
 */
export function pluginWatcher(
  plugin: PluginConfig,
  circus: CircusOptions,
  runner: Pick<WatcherConfig['options'], 'cmd' | 'executable'> & {
    readonly args: readonly string[];
  },
): WatcherConfig {
  const { watcher, values } = plugin;
  const { use } = values;
  const told = pluginValues(plugin);
  const env = { ...watcher.env, ...pluginEnvironment(plugin.name, told, circus) };
  if (use !== undefined) {
    const options = { ...watcher.options, ...runner, args: [...runner.args, use] };
    return { ...watcher, env, options };
  }
  if (watcher.options.args !== originalArguments) return { ...watcher, env };
  const args = [
    ...['--endpoint', reachable(circus.endpoint)],
    ...['--pubsub', reachable(circus.pubsub_endpoint)],
    ...['--config', encodePluginConfig({ ...told, name: watcher.name })],
  ];
  return { ...watcher, env, options: { ...watcher.options, args } };
}

function pluginEnvironment(
  name: string,
  told: Readonly<Record<string, string>>,
  circus: CircusOptions,
): Record<string, string> {
  return {
    ...endpointVariables(circus),
    CIRCUS_PLUGIN_NAME: name,
    CIRCUS_PLUGIN_CONFIG: JSON.stringify(told),
  };
}

/** Where plugins and hooks reach circusd. */
export function endpointVariables({
  endpoint,
  pubsub_endpoint,
  stats_endpoint,
  statsd,
}: CircusOptions): Record<string, string> {
  return {
    CIRCUS_ENDPOINT: reachable(endpoint),
    CIRCUS_PUBSUB_ENDPOINT: reachable(pubsub_endpoint),
    ...(statsd ? { CIRCUS_STATS_ENDPOINT: reachable(stats_endpoint) } : {}),
  };
}

/** The original's `--config`: `key:value` sorted by key, joined by `:::` (protocol 5.1). */
function encodePluginConfig(config: Readonly<Record<string, string>>): string {
  const items = Object.keys(config)
    .sort()
    .map((key) => `${key}:${config[key]}`);
  return items.join(':::');
}

/** An endpoint bound to every interface is reached at the loopback one: plugins run beside circusd. */
function reachable(endpoint: string): string {
  return endpoint.replace(/^tcp:\/\/(\*|0\.0\.0\.0|\[::\])(?=:\d+$)/, 'tcp://127.0.0.1');
}
