/** The websocket to circushttpd: opened again by itself, going on where it was. */
import { effect } from '@preact/signals';
import type { FromPage, SessionInfo, ToPage } from '../console-state.ts';
import { get, useSession } from './api.ts';
import { forgetLines, link, loadAddedPages, loadSparks, receive, session } from './store.ts';

const firstPauseMs = 250;
const longestPauseMs = 5000;

let socket: WebSocket | undefined;
let boot = '';
let rev = 0;
let pauseMs = firstPauseMs;
let openWatcher: string | null = null;
let tailWatcher: string | null = null;

/** Connects while somebody is signed in. */
export function stayConnected(): void {
  effect(() => {
    if (session.value) connect();
    else if (session.value === null) socket?.close();
  });
}

/** Has the processes of a watcher sent; null: of none. */
export function openProcesses(watcher: string | null): void {
  openWatcher = watcher;
  receive({ type: 'processes', watcher: watcher ?? '', isWhole: true, rows: [], gone: [] });
  send({ type: 'open', watcher });
}

/** Has the output of a watcher sent; null: of none. */
export function followLog(watcher: string | null): void {
  tailWatcher = watcher;
  forgetLines();
  send({ type: 'tail', watcher });
}

function connect(): void {
  if (socket !== undefined && socket.readyState <= WebSocket.OPEN) return;
  const url = new URL('live', document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');
  const opened = new WebSocket(url);
  socket = opened;
  opened.onopen = () => {
    pauseMs = firstPauseMs;
    send(boot === '' ? { type: 'start' } : { type: 'resume', boot, rev });
    if (openWatcher !== null) send({ type: 'open', watcher: openWatcher });
    if (tailWatcher !== null) followLog(tailWatcher);
    void loadSparks().catch(() => {});
    void loadAddedPages().catch(() => {});
  };
  opened.onmessage = ({ data }: MessageEvent<string>) => {
    const message = JSON.parse(data) as ToPage;
    if (message.type === 'snapshot') ({ boot, rev } = message);
    if (message.type === 'delta') ({ rev } = message.delta);
    link.value = 'live';
    receive(message);
  };
  opened.onclose = () => {
    if (socket !== opened) return;
    link.value = 'cut';
    if (session.value) setTimeout(() => void reconnect(), pauseMs);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  };
}

/** A refused websocket does not say why: the session may be over. */
async function reconnect(): Promise<void> {
  try {
    const info = await get<SessionInfo>('api/session');
    useSession(info);
    connect();
  } catch (error) {
    const code = Object(error).code;
    if (code === 'not_signed_in') session.value = null;
    else {
      setTimeout(() => void reconnect(), pauseMs);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    }
  }
}

function send(message: FromPage): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
