/** One page's websocket. */
import type { WebSocket } from '@fastify/websocket';
import { isJsonObject } from '#libs/protocol';
import type { ToPage } from './console-state.ts';
import type { Hub, Listener } from './hub.ts';
import type { LogReader, LogTail } from './log-tail.ts';

/** A page that is so far behind gets no more until it has caught up. */
const bufferedBytes = 4 * 1024 * 1024;
/** How often a quiet page is asked whether it is there, and its visitor whether still signed in. */
const heartbeatMs = 15_000;
const goneAway = 1001;

export interface LivePageSettings {
  readonly hub: Hub;
  /** Starts following a watcher's output; ends with `close`. */
  openTail(watcher: string, reader: LogReader): LogTail;
  /** Whether the visitor is still allowed in. */
  isSignedIn(): boolean;
}

/** Serves one page until its socket closes. */
export function servePage(socket: WebSocket, settings: LivePageSettings): void {
  const page = new LivePage(socket, settings);
  socket.on('message', (data) => page.receive(String(data)));
  socket.on('close', () => page.close());
  socket.on('error', () => socket.terminate());
}

class LivePage implements Listener, LogReader {
  open: string | null = null;
  readonly #socket: WebSocket;
  readonly #settings: LivePageSettings;
  readonly #heartbeat: NodeJS.Timeout;
  #tail: LogTail | undefined;
  /** It has missed deltas, and needs a snapshot when it is reading again. */
  #isBehind = false;
  #isAnswering = true;

  constructor(socket: WebSocket, settings: LivePageSettings) {
    this.#socket = socket;
    this.#settings = settings;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    socket.on('pong', () => {
      this.#isAnswering = true;
    });
  }

  /** What is no message of a page is ignored. */
  receive(text: string): void {
    const message = parse(text);
    const { hub } = this.#settings;
    switch (message['type']) {
      case 'start':
        this.#begin(hub.catchUp());
        break;
      case 'resume':
        this.#begin(hub.catchUp({ boot: String(message['boot']), rev: Number(message['rev']) }));
        break;
      case 'open':
        this.open = nameOf(message['watcher']);
        if (this.open !== null) this.send(hub.wholeOf(this.open));
        break;
      case 'tail':
        this.#follow(nameOf(message['watcher']));
        break;
    }
  }

  send(message: ToPage): void {
    if (this.#socket.bufferedAmount > bufferedBytes) {
      this.#isBehind = true;
      return;
    }
    if (this.#isBehind) this.#recover();
    this.#socket.send(JSON.stringify(message));
  }

  /** Lines of output are held back early: figures and events go first. */
  isReady(): boolean {
    return this.#socket.bufferedAmount < bufferedBytes / 8;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#settings.hub.remove(this);
    this.#tail?.close();
  }

  #begin(messages: readonly ToPage[]): void {
    for (const message of messages) this.send(message);
    this.#settings.hub.add(this);
  }

  #recover(): void {
    this.#isBehind = false;
    const { hub } = this.#settings;
    for (const message of hub.catchUp()) this.#socket.send(JSON.stringify(message));
    if (this.open !== null) this.#socket.send(JSON.stringify(hub.wholeOf(this.open)));
  }

  #follow(watcher: string | null): void {
    this.#tail?.close();
    this.#tail = undefined;
    if (watcher === null) return;
    this.#tail = this.#settings.openTail(watcher, this);
  }

  #beat(): void {
    if (!this.#settings.isSignedIn()) {
      this.#socket.send(JSON.stringify({ type: 'signed_out' } satisfies ToPage));
      this.#socket.close(goneAway);
    } else if (this.#isAnswering) {
      this.#isAnswering = false;
      this.#socket.ping();
    } else {
      this.#socket.terminate();
    }
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const message: unknown = JSON.parse(text);
    return isJsonObject(message) ? message : {};
  } catch {
    return {};
  }
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
