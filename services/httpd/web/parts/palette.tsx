/** Every page, watcher and action by typing a part of its name. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { act, changeCount, watcherActions } from '../actions.ts';
import { go, watcherPath } from '../router.ts';
import { isAdmin, watcherList } from '../store.ts';
import { Dialog } from './dialog.tsx';

interface Entry {
  readonly label: string;
  readonly hint: string;
  readonly run: () => void;
}

const shownCount = 12;
export const isPaletteOpen = signal(false);

const pages = [
  ['Overview', ''],
  ['Sockets', 'sockets'],
  ['Events', 'events'],
  ['Plugins', 'plugins'],
  ['Configuration', 'configuration'],
  ['Add a watcher', 'add'],
] as const;

function entries(): readonly Entry[] {
  const toPages = pages.map(([label, to]) => ({ label, hint: 'page', run: () => go(to) }));
  const toWatchers = watcherList.value.map(({ name }) => ({
    label: name,
    hint: 'watcher',
    run: () => go(watcherPath(name)),
  }));
  if (!isAdmin.value) return [...toPages, ...toWatchers];
  const doing = watcherList.value.flatMap(({ name }) => [
    ...Object.values(watcherActions).map((action) => ({
      label: `${action.command} ${name}`,
      hint: 'action',
      run: () => void act(action, [name]),
    })),
    { label: `incr ${name}`, hint: 'action', run: () => void changeCount(name, 1) },
    { label: `decr ${name}`, hint: 'action', run: () => void changeCount(name, -1) },
  ]);
  return [...toPages, ...toWatchers, ...doing];
}

export function Palette() {
  return isPaletteOpen.value ? <OpenPalette /> : null;
}

function OpenPalette() {
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const words = text.toLowerCase().split(/\s+/);
  const found = entries()
    .filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)))
    .slice(0, shownCount);
  const close = () => {
    isPaletteOpen.value = false;
  };
  const choose = (entry: Entry | undefined) => {
    close();
    entry?.run();
  };
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setPlace((place + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(found[place]);
    }
  };
  return (
    <Dialog label="Go to or do" onClose={close}>
      <div class="palette">
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found.length > 0 ? `palette-${place}` : undefined}
          aria-label="Page, watcher or command"
          placeholder="Page, watcher, or a command such as restart web"
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            setPlace(0);
          }}
          onKeyDown={press}
        />
        <div id="palette-list" role="listbox" aria-label="Matches">
          {found.map((entry, index) => (
            <button
              key={`${entry.hint} ${entry.label}`}
              type="button"
              role="option"
              tabIndex={-1}
              id={`palette-${index}`}
              aria-selected={index === place}
              onClick={() => choose(entry)}
            >
              {entry.label}
              <span class="faint">{entry.hint}</span>
            </button>
          ))}
        </div>
        {found.length === 0 && <p class="empty">Nothing of that name.</p>}
      </div>
    </Dialog>
  );
}
