/** Keys that work on every page, and the page that tells them. */
import { signal } from '@preact/signals';
import { go } from '../router.ts';
import { Dialog } from './dialog.tsx';
import { isPaletteOpen } from './palette.tsx';

const isHelpOpen = signal(false);

interface Key {
  readonly key: string;
  readonly doc: string;
  readonly run: () => void;
}

const keys: readonly Key[] = [
  { key: '/', doc: 'Filter what is shown', run: focusFilter },
  { key: 'k', doc: 'Go to or do: pages, watchers, commands (Ctrl-K everywhere)', run: openPalette },
  { key: 'o', doc: 'Overview', run: () => go('') },
  { key: 's', doc: 'Sockets', run: () => go('sockets') },
  { key: 'e', doc: 'Events', run: () => go('events') },
  { key: 'p', doc: 'Plugins', run: () => go('plugins') },
  { key: 'c', doc: 'Configuration', run: () => go('configuration') },
  { key: 'a', doc: 'Add a watcher', run: () => go('add') },
  { key: '?', doc: 'This help', run: openHelp },
];

export function openPalette(): void {
  isPaletteOpen.value = true;
}

export function openHelp(): void {
  isHelpOpen.value = true;
}

function focusFilter(): void {
  document.querySelector<HTMLInputElement>('[data-focus=filter]')?.focus();
}

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.key === 'k' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      openPalette();
      return;
    }
    const isTyping =
      event.target instanceof Element &&
      event.target.closest('input, select, textarea, dialog') !== null;
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const found = keys.find(({ key }) => key === event.key);
    if (found === undefined) return;
    event.preventDefault();
    found.run();
  });
}

export function KeyHelp() {
  if (!isHelpOpen.value) return null;
  return (
    <Dialog
      label="Keys"
      onClose={() => {
        isHelpOpen.value = false;
      }}
    >
      <div class="question">
        <h2>Keys</h2>
        <dl class="keys">
          {keys.map(({ key, doc }) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{doc}</dd>
            </div>
          ))}
        </dl>
        <p class="faint">Everything here can be done with circusctl, too: circusctl help.</p>
      </div>
    </Dialog>
  );
}
