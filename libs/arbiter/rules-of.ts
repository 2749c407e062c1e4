/** From options in seconds, as users give them, to the rules of the core in milliseconds. */
import { dependenciesOf, hookNames, type WatcherConfig } from '#libs/config';
import { defaultRules, type HookName, type WatcherRules } from '#libs/supervision';

/** The rules by which a watcher of this configuration lives. */
export function rulesOf(config: WatcherConfig): WatcherRules {
  const { options, hooks } = config;
  return {
    ...defaultRules,
    numprocesses: options.numprocesses,
    warmupDelayMs: options.warmup_delay * 1_000,
    gracefulTimeoutMs: options.graceful_timeout * 1_000,
    stopSignal: options.stop_signal,
    stopChildren: options.stop_children,
    sendHup: options.send_hup,
    maxRetry: options.max_retry,
    maxAgeMs: options.max_age * 1_000,
    maxAgeVarianceMs: options.max_age_variance * 1_000,
    respawn: options.respawn,
    autostart: options.autostart,
    singleton: options.singleton,
    priority: options.priority,
    onDemand: options.on_demand,
    readiness:
      options.readiness === 'none' ? null : { timeoutMs: options.readiness_timeout * 1_000 },
    liveness: options.liveness !== 'none',
    dependsOn: dependenciesOf(config),
    reloadSurge: options.reload_surge,
    hooks: lifecycleHooks(hooks),
    backoff: {
      initialMs: options.backoff_initial * 1_000,
      factor: options.backoff_factor,
      maxMs: options.backoff_max * 1_000,
      minLifeMs: options.backoff_min_life * 1_000,
      resetMs: options.backoff_reset * 1_000,
    },
  };
}

/** All but extended_stats, which belongs to a command. */
function lifecycleHooks(hooks: WatcherConfig['hooks']): HookName[] {
  return hookNames.filter((name): name is HookName => name !== 'extended_stats' && name in hooks);
}
