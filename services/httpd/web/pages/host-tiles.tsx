import type { Signal } from '@preact/signals';
import { formatAgo, formatBytes, formatPercent } from '../format.ts';
import { Icon } from '../parts/icon.tsx';
import { type Mood, moodOf } from '../parts/state.tsx';
import { daemon, now, watcherList } from '../store.ts';

const moods: readonly (readonly [Mood, string, Parameters<typeof Icon>[0]['name']])[] = [
  ['good', 'healthy', 'check'],
  ['busy', 'changing', 'wait'],
  ['bad', 'in trouble', 'warning'],
  ['idle', 'stopped', 'stop'],
];

/** The whole at a glance; a press on a state shows only watchers that are in it. */
export function HostTiles({ chosenMood }: { readonly chosenMood: Signal<string> }) {
  const rows = watcherList.value;
  const self = daemon.value;
  if (self === undefined) return null;
  const alive = rows.reduce((sum, row) => sum + row.alive, 0);
  const wanted = rows.reduce((sum, row) => sum + (row.status === 'stopped' ? 0 : row.wanted), 0);
  const cpu = rows.reduce((sum, row) => sum + (row.cpu ?? 0), 0);
  const rss = rows.reduce((sum, row) => sum + (row.rss ?? 0), 0);
  return (
    <section class="tiles" aria-label="Totals">
      <div class="tile moods">
        <h2>Watchers</h2>
        <div class="mood-row">
          {moods.map(([mood, word, icon]) => {
            const count = rows.filter((row) => moodOf(row) === mood).length;
            return (
              <button
                key={mood}
                type="button"
                class={`mood ${count === 0 ? 'none' : mood}`}
                aria-pressed={chosenMood.value === mood}
                onClick={() => {
                  chosenMood.value = chosenMood.value === mood ? '' : mood;
                }}
              >
                <span class="big">
                  <Icon name={icon} />
                  {count}
                </span>
                {word}
              </button>
            );
          })}
        </div>
      </div>
      <div class="tile">
        <h2>Processes</h2>
        <p class="big">
          {alive}
          <span class="of">/{wanted}</span>
        </p>
        <p class="faint">running of wanted</p>
      </div>
      <div class="tile">
        <h2>CPU</h2>
        <p class="big">{formatPercent(cpu)}</p>
        <p class="faint">
          load {self.load.toFixed(1)}, {self.processors} cores
        </p>
      </div>
      <div class="tile">
        <h2>Memory</h2>
        <p class="big">{formatBytes(rss)}</p>
        <p class="faint">{formatBytes(self.memoryFree)} free</p>
      </div>
      <div class="tile">
        <h2>circusd</h2>
        <p class="big">{formatPercent(self.cpu)}</p>
        <p class="faint">
          {formatBytes(self.rss)}, up {upFor(self.started)}
        </p>
      </div>
    </section>
  );
}

/** The largest part only: there is no room for two. */
function upFor(started: number | null): string {
  return started === null ? '–' : formatAgo(now.value - started).replace(' ago', '');
}
