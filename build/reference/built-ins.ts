// Generated from services/plugin-runner/catalog by `npm run generate`; never edited.
import { CommandReloader } from '../../services/plugin-runner/catalog/command-reloader.ts';
import { Flapping } from '../../services/plugin-runner/catalog/flapping.ts';
import { FullStats } from '../../services/plugin-runner/catalog/full-stats.ts';
import { HttpObserver } from '../../services/plugin-runner/catalog/http-observer.ts';
import { RedisObserver } from '../../services/plugin-runner/catalog/redis-observer.ts';
import { ResourceWatcher } from '../../services/plugin-runner/catalog/resource-watcher.ts';
import { StatsdEmitter } from '../../services/plugin-runner/catalog/statsd-emitter.ts';
import { WatchDog } from '../../services/plugin-runner/catalog/watch-dog.ts';

/** Every built-in plugin. */
export const builtIns = [
  CommandReloader,
  Flapping,
  FullStats,
  HttpObserver,
  RedisObserver,
  ResourceWatcher,
  StatsdEmitter,
  WatchDog,
] as const;
