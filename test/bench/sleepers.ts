/** A watcher of many workers that do nothing. */
import { type RunningDaemon, withDaemon } from '../daemon/index.ts';
import type { Scale } from './benchmark.ts';

/** Program and arguments of one worker. */
export const sleeper: readonly [string, ...string[]] = ['/bin/sleep', '1000000'];

/** Calls `use` with a circusd whose watcher `sleepers` is stopped. */
export function withSleepers<T>(
  { workers, nodeFlags }: Scale,
  use: (daemon: RunningDaemon) => Promise<T>,
): Promise<T> {
  const sections = `[watcher:sleepers]
cmd = ${sleeper.join(' ')}
numprocesses = ${workers}
autostart = False`;
  return withDaemon({ sections, nodeFlags }, use);
}

/** Starts all workers; resolves when they run. */
export async function startSleepers({ client }: RunningDaemon): Promise<void> {
  await client.call('start', { name: 'sleepers', waiting: true });
}

/** Stops all workers; resolves when circusd says that they are gone. */
export async function stopSleepers({ client }: RunningDaemon): Promise<void> {
  await client.call('stop', { name: 'sleepers', waiting: true });
}

/** Pids of the workers, as circusd tells them. */
export async function listSleepers({ client }: RunningDaemon): Promise<number[]> {
  const { pids } = await client.call('list', { name: 'sleepers' });
  if (!Array.isArray(pids)) throw new Error(`list has answered ${JSON.stringify(pids)}`);
  return pids.map(Number);
}
