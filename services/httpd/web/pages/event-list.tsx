import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { EventRow } from '../../console-state.ts';
import { formatMoment, formatTime } from '../format.ts';
import { Icon } from '../parts/icon.tsx';
import { VirtualRows } from '../parts/virtual-rows.tsx';
import { watcherPath } from '../router.ts';
import { events } from '../store.ts';

const bad: readonly string[] = ['spawn_failed', 'reload_failed', 'hook_failure', 'stream_failed'];
const text = signal('');

/** Whether an event is one that somebody may have to look into. */
function isTrouble({ name, text: what }: EventRow): boolean {
  return bad.includes(name) || (name === 'reap' && !what.includes('exit 0'));
}

/** The latest events, newest first; of one watcher when it is given. */
export function EventList({ watcher }: { readonly watcher?: string }) {
  const [held, setHeld] = useState<readonly EventRow[] | undefined>();
  const [isOnlyTrouble, setOnlyTrouble] = useState(false);
  const wanted = text.value.toLowerCase();
  const rows = (held ?? events.value)
    .filter((row) => watcher === undefined || row.watcher === watcher)
    .filter((row) => !isOnlyTrouble || isTrouble(row))
    .filter((row) => `${row.watcher} ${row.name} ${row.text}`.toLowerCase().includes(wanted))
    .toReversed();
  return (
    <>
      <div class="toolbar">
        <label class="search">
          <Icon name="search" />
          <input
            type="search"
            placeholder="Filter events"
            aria-label="Filter events"
            data-focus="filter"
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value;
            }}
          />
        </label>
        <button
          type="button"
          aria-pressed={isOnlyTrouble}
          onClick={() => setOnlyTrouble(!isOnlyTrouble)}
        >
          <Icon name="warning" />
          Trouble only
        </button>
        <button
          type="button"
          aria-pressed={held !== undefined}
          onClick={() => setHeld(held === undefined ? events.value : undefined)}
        >
          <Icon name={held === undefined ? 'pause' : 'start'} />
          {held === undefined ? 'Pause' : 'Go on'}
        </button>
      </div>
      {rows.length === 0 ? (
        <p class="empty">No events{wanted === '' ? ' yet' : ' match'}.</p>
      ) : (
        <table class="rows events" aria-label="Events">
          <thead>
            <tr>
              <th scope="col">Time</th>
              {watcher === undefined && <th scope="col">Watcher</th>}
              <th scope="col">Event</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <VirtualRows
            rows={rows}
            columns={4}
            draw={(row) => (
              <tr key={row.seq} class={isTrouble(row) ? 'bad' : ''}>
                <td class="mono faint" title={formatMoment(row.time)}>
                  {formatTime(row.time)}
                </td>
                {watcher === undefined && (
                  <td class="name">
                    <a href={watcherPath(row.watcher)}>{row.watcher}</a>
                  </td>
                )}
                <td data-label="Event">
                  <span class={`event ${isTrouble(row) ? 'bad' : row.name}`}>{row.name}</span>
                </td>
                <td data-label="What">{row.text}</td>
              </tr>
            )}
          />
        </table>
      )}
    </>
  );
}
