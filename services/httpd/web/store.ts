/** What the pages show, kept true by one websocket. */
import { computed, signal } from '@preact/signals';
import type {
  DaemonRow,
  Delta,
  EventRow,
  LogLine,
  ProcessRow,
  Sample,
  SessionInfo,
  SocketRow,
  ToPage,
  WatcherRow,
} from '../console-state.ts';
import { get } from './api.ts';

const eventsHeld = 2000;
const linesHeld = 5000;
const sparkSamples = 60;

/** Undefined: not asked yet; null: nobody is signed in. */
export const session = signal<SessionInfo | null | undefined>(undefined);
/** Whether what is shown is what is. */
export const link = signal<'connecting' | 'live' | 'cut'>('connecting');
export const daemon = signal<DaemonRow | undefined>(undefined);
export const watchers = signal<ReadonlyMap<string, WatcherRow>>(new Map());
export const sockets = signal<ReadonlyMap<string, SocketRow>>(new Map());
export const events = signal<readonly EventRow[]>([]);
/** The last minute by watcher; '' is circusd. */
export const sparks = signal<ReadonlyMap<string, readonly Sample[]>>(new Map());
/** Of the watcher that is open. */
export const processes = signal<ReadonlyMap<number, ProcessRow>>(new Map());
/** Of the watcher that is followed. */
export const lines = signal<readonly NumberedLine[]>([]);
export const droppedLines = signal(0);
export const logNote = signal('');
/** Names of pages that the user has added. */
export const addedPages = signal<readonly string[]>([]);
/** Epoch seconds, moving on each second. */
export const now = signal(Date.now() / 1000);

export const isAdmin = computed(() => session.value?.role === 'admin');
/** Sorted: one's own first, companions last. */
export const watcherList = computed(() => {
  const kinds = ['watcher', 'plugin', 'companion'];
  return [...watchers.value.values()].sort(
    (one, other) =>
      kinds.indexOf(one.kind) - kinds.indexOf(other.kind) || one.name.localeCompare(other.name),
  );
});

setInterval(() => {
  now.value = Date.now() / 1000;
  addSparks();
}, 1000);

/** Applies one message. */
export function receive(message: ToPage): void {
  switch (message.type) {
    case 'snapshot':
      daemon.value = message.state.daemon;
      watchers.value = new Map(Object.entries(message.state.watchers));
      sockets.value = new Map(Object.entries(message.state.sockets));
      events.value = message.state.events;
      break;
    case 'delta':
      applyDelta(message.delta);
      break;
    case 'processes': {
      const next = new Map(message.isWhole ? [] : processes.value);
      for (const row of message.rows) next.set(row.pid, row);
      for (const pid of message.gone) next.delete(pid);
      processes.value = next;
      break;
    }
    case 'log':
      lines.value = [...lines.value, ...message.lines.map(numbered)].slice(-linesHeld);
      droppedLines.value += message.dropped;
      break;
    case 'log_note':
      logNote.value = message.note;
      break;
    case 'signed_out':
      session.value = null;
      break;
  }
}

/** Numbered as they come, so that a line that stays is not drawn again. */
export interface NumberedLine extends LogLine {
  readonly number: number;
}

let lineCount = 0;

function numbered(line: LogLine): NumberedLine {
  lineCount += 1;
  return { ...line, number: lineCount };
}

export function forgetLines(): void {
  lines.value = [];
  droppedLines.value = 0;
  logNote.value = '';
}

/** Charts are not empty when the page is fresh. */
export async function loadSparks(): Promise<void> {
  const courses = await get<Record<string, Sample[]>>('api/sparks');
  sparks.value = new Map(Object.entries(courses));
}

export async function loadAddedPages(): Promise<void> {
  addedPages.value = await get<string[]>('api/pages');
}

function applyDelta(delta: Delta): void {
  if (delta.daemon !== undefined) daemon.value = delta.daemon;
  if (delta.watchers !== undefined) watchers.value = patched(watchers.value, delta.watchers);
  if (delta.sockets !== undefined) sockets.value = patched(sockets.value, delta.sockets);
  if (delta.events !== undefined) {
    events.value = [...events.value, ...delta.events].slice(-eventsHeld);
  }
}

function patched<T>(
  map: ReadonlyMap<string, T>,
  changes: Readonly<Record<string, T | null>>,
): ReadonlyMap<string, T> {
  const next = new Map(map);
  for (const [name, row] of Object.entries(changes)) {
    if (row === null) next.delete(name);
    else next.set(name, row);
  }
  return next;
}

function addSparks(): void {
  if (link.value !== 'live') return;
  const next = new Map(sparks.value);
  const rows = [
    ...watchers.value.values(),
    ...(daemon.value ? [{ name: '', ...daemon.value }] : []),
  ];
  for (const { name, cpu, rss } of rows) {
    const course = next.get(name) ?? [];
    next.set(name, [...course, [now.value, cpu, rss] as const].slice(-sparkSamples));
  }
  sparks.value = next;
}
