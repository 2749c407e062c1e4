import type { WatcherRow } from '../../console-state.ts';
import { Icon, type IconName } from './icon.tsx';

/** How a watcher is doing: what colour and icon say, beside the word. */
export type Mood = 'good' | 'busy' | 'bad' | 'idle';

export function moodOf({ status, trouble, alive, wanted, ready }: WatcherRow): Mood {
  if (status === 'stopped') return trouble === null ? 'idle' : 'bad';
  if (status !== 'active') return trouble === null ? 'busy' : 'bad';
  if (trouble !== null || (alive === 0 && wanted > 0)) return 'bad';
  return alive < wanted || (ready !== null && ready < wanted) ? 'busy' : 'good';
}

const icons: Readonly<Record<Mood, IconName>> = {
  good: 'check',
  busy: 'wait',
  bad: 'warning',
  idle: 'stop',
};

/** The state of a watcher by word, colour and icon. */
export function State({ row }: { readonly row: WatcherRow }) {
  const mood = moodOf(row);
  const word = row.reload === null ? row.status : 'reloading';
  return (
    <span class={`state ${row.reload === null ? mood : 'busy'}`} title={row.trouble ?? undefined}>
      <Icon name={row.reload === null ? icons[mood] : 'reload'} />
      {word}
    </span>
  );
}

/** How many of the wanted processes there are; ready ones where that is known. */
export function Count({ row: { alive, wanted, ready } }: { readonly row: WatcherRow }) {
  const have = ready ?? alive;
  const isShort = have < wanted;
  const word = ready === null ? 'running' : 'ready';
  return (
    <span class={isShort ? 'count short' : 'count'} title={`${have} of ${wanted} ${word}`}>
      {have}
      <span class="of">/{wanted}</span>
    </span>
  );
}
