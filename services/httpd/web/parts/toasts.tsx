/** What came of actions: each is told, failures until they are dismissed. */
import { signal } from '@preact/signals';
import { Icon } from './icon.tsx';

interface Toast {
  readonly id: number;
  readonly kind: 'ok' | 'failed' | 'busy';
  readonly text: string;
}

const shownMs = 4000;
const toasts = signal<readonly Toast[]>([]);
let count = 0;

function show(kind: Toast['kind'], text: string): number {
  count += 1;
  toasts.value = [...toasts.value.slice(-4), { id: count, kind, text }];
  return count;
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Runs an action, telling that it runs and how it ended. */
export async function told<T>(what: string, action: () => Promise<T>): Promise<T | undefined> {
  const busy = show('busy', `${what}…`);
  try {
    const result = await action();
    const done = show('ok', `${what}: done`);
    setTimeout(() => dismiss(done), shownMs);
    return result;
  } catch (error) {
    show('failed', `${what}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  } finally {
    dismiss(busy);
  }
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, kind, text }) => (
        <div key={id} class={`toast ${kind}`}>
          <Icon name={kind === 'ok' ? 'check' : kind === 'busy' ? 'wait' : 'warning'} />
          <span>{text}</span>
          <button type="button" class="quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
