/** What one can do with watchers and processes: each asks first if something ends, and tells how it went. */
import { run } from './api.ts';
import { plural } from './format.ts';
import { confirmed } from './parts/dialog.tsx';
import type { IconName } from './parts/icon.tsx';
import { told } from './parts/toasts.tsx';
import { go } from './router.ts';

/** An action on whole watchers. */
export interface WatcherAction {
  readonly label: string;
  readonly icon: IconName;
  readonly command: string;
  readonly properties?: Record<string, unknown>;
  /** Asked before it is done. */
  readonly warning?: string;
}

export const watcherActions = {
  start: { label: 'Start', icon: 'start', command: 'start', properties: { waiting: true } },
  reload: { label: 'Reload', icon: 'reload', command: 'reload', properties: { waiting: true } },
  restart: {
    label: 'Restart',
    icon: 'restart',
    command: 'restart',
    properties: { waiting: true },
    warning: 'All its processes end before new ones are started.',
  },
  stop: {
    label: 'Stop',
    icon: 'stop',
    command: 'stop',
    properties: { waiting: true },
    warning: 'All its processes end and are not started again.',
  },
  remove: {
    label: 'Remove',
    icon: 'remove',
    command: 'rm',
    properties: { waiting: true },
    warning: 'Its processes end, and circusd forgets it. The configuration file stays as it is.',
  },
} as const satisfies Record<string, WatcherAction>;

/** Carries it out on each; one that fails does not keep the others from it. */
export async function act(action: WatcherAction, names: readonly string[]): Promise<void> {
  const { label, command, properties = {}, warning } = action;
  const whom = names.length === 1 ? `${names[0]}` : plural(names.length, 'watcher');
  if (
    warning !== undefined &&
    !(await confirmed(`${label} ${whom}?`, `${warning} ${names.join(', ')}`, label))
  ) {
    return;
  }
  await Promise.all(
    names.map((name) => told(`${label} ${name}`, () => run(command, { ...properties, name }))),
  );
  if (command === 'rm') go('');
}

export async function abortReload(name: string): Promise<void> {
  await told(`Abort the reload of ${name}`, () => run('reload', { name, abort: true }));
}

export async function changeCount(name: string, by: 1 | -1): Promise<void> {
  const command = by === 1 ? 'incr' : 'decr';
  await told(`${by === 1 ? 'One more' : 'One less'} of ${name}`, () => run(command, { name }));
}

export async function sendSignal(
  name: string,
  pid: number | undefined,
  signum: string,
): Promise<void> {
  const whom = pid === undefined ? name : `${name} ${pid}`;
  const target = pid === undefined ? {} : { pid };
  await told(`${signum} to ${whom}`, () => run('signal', { name, ...target, signum }));
}

export async function killProcess(name: string, pid: number): Promise<void> {
  const text = `${name} ${pid} is told to end, and killed if it does not. A new one takes its place.`;
  if (!(await confirmed(`Kill process ${pid}?`, text, 'Kill'))) return;
  await told(`Kill ${name} ${pid}`, () => run('kill', { name, pid, waiting: true }));
}
