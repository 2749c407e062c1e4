/** Clients that never try again: a connection for each request, and every failure is kept. */
import { connect } from 'node:net';

/** A request without an answer. */
export interface Failure {
  /** The errno; `EMPTY` when the connection was closed without one. */
  readonly code: string;
  /** Ours; 0 when there was no connection. */
  readonly localPort: number;
  /** As `performance.now()` tells it. */
  readonly atMs: number;
}

const request = 'GET / HTTP/1.0\r\n\r\n';

/** So many clients at once, from now on until they are ended. */
export class Clients {
  readonly failures: Failure[] = [];
  answered = 0;
  /** Requests that wait for their answer. */
  open = 0;
  #isOver = false;
  readonly #all: Promise<unknown>;

  constructor(port: number, count: number) {
    this.#all = Promise.all(Array.from({ length: count }, () => this.#run(port)));
  }

  /** Lets every request that is under way have its answer. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#all;
  }

  /** How many failures of each kind there are. */
  countByCode(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { code } of this.failures) counts[code] = (counts[code] ?? 0) + 1;
    return counts;
  }

  async #run(port: number): Promise<void> {
    while (!this.#isOver) {
      this.open += 1;
      const failure = await ask(port);
      this.open -= 1;
      if (failure === undefined) this.answered += 1;
      else this.failures.push(failure);
    }
  }
}

/** Clients that come at their own pace, however long the ones before them take. */
export class Arrivals {
  readonly failures: Failure[] = [];
  answered = 0;
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(port: number, perSecond: number) {
    const begin = performance.now();
    let count = 0;
    this.#timer = setInterval(() => {
      const due = ((performance.now() - begin) / 1_000) * perSecond;
      for (; count < due; count += 1) this.#come(port);
    }, 5);
  }

  /** Nobody comes any more; resolves when everybody has an answer or a failure. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
  }

  #come(port: number): void {
    const visit = ask(port, 'reset').then((failure) => {
      this.#open.delete(visit);
      if (failure === undefined) this.answered += 1;
      else this.failures.push(failure);
    });
    this.#open.add(visit);
  }
}

/** One request; `undefined` when it was answered in full. */
async function ask(port: number, ending?: 'reset'): Promise<Failure | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let localPort = 0;
    const fail = (code: string): void => resolve({ code, localPort, atMs: performance.now() });
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      localPort = socket.localPort ?? 0;
      socket.write(request);
    });
    socket.on('data', (chunk) => {
      text += chunk;
      if (ending === undefined || !isWhole(text)) return;
      // The kernel remembers a connection for a minute that has ended in peace: too many, in the end.
      socket.resetAndDestroy();
      resolve(undefined);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    socket.on('end', () => {
      if (isWhole(text)) resolve(undefined);
      else fail('EMPTY');
    });
  });
}

function isWhole(text: string): boolean {
  return text.endsWith('\r\n\r\nok\n');
}
