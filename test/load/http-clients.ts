/** HTTP clients that never try again, on connections that are kept or on one for each request. */
import { connect, type Socket } from 'node:net';
import type { Failure } from './clients.ts';

/** What clients do. */
export interface HttpClientsOptions {
  readonly port: number;
  readonly count: number;
  /** Uses a connection until the server says `Connection: close`. */
  readonly keepsAlive: boolean;
}

/** How long an answer is waited for, in milliseconds: `TIMEOUT`, a failure like others. */
const patienceMs = 10_000;

/** So many clients at once, from now on until they are ended. */
export class HttpClients {
  readonly failures: Failure[] = [];
  answered = 0;
  connections = 0;
  #isOver = false;
  readonly #all: Promise<unknown>;

  constructor({ port, count, keepsAlive }: HttpClientsOptions) {
    this.#all = Promise.all(Array.from({ length: count }, () => this.#run(port, keepsAlive)));
  }

  get total(): number {
    return this.answered + this.failures.length;
  }

  /** Lets every request that is under way have its answer. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#all;
  }

  async #run(port: number, keepsAlive: boolean): Promise<void> {
    let connection: Connection | undefined;
    while (!this.#isOver) {
      if (connection === undefined) this.connections += 1;
      connection ??= new Connection(port);
      const outcome = await connection.ask(keepsAlive);
      if (typeof outcome === 'string') {
        const { localPort } = connection;
        this.failures.push({ code: outcome, localPort, atMs: performance.now() });
      } else this.answered += 1;
      if (outcome === true) continue;
      connection.close();
      connection = undefined;
    }
    connection?.close();
  }
}

/** One connection with at most one request on it. */
class Connection {
  readonly #socket: Socket;
  localPort = 0;
  #text = '';
  #settle: (outcome: boolean | string) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('connect', () => {
      this.localPort = this.#socket.localPort ?? 0;
    });
    this.#socket.on('data', (text) => {
      this.#text += text;
      this.#look();
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#end(error.code ?? 'ERROR'));
    this.#socket.on('end', () => this.#end('EMPTY'));
  }

  /** True: answered, and it can be used again; false: answered for the last time; or an errno. */
  ask(keepsAlive: boolean): Promise<boolean | string> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#text = '';
      this.#timer = setTimeout(() => this.#end('TIMEOUT'), patienceMs);
      const kept = keepsAlive ? 'keep-alive' : 'close';
      this.#socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: ${kept}\r\n\r\n`);
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#socket.destroy();
  }

  #look(): void {
    if (!this.#text.endsWith('\r\n\r\nok\n')) return;
    const isGood = this.#text.startsWith('HTTP/1.1 200 ');
    const isLast = /\r\nconnection: close\r\n/i.test(this.#text);
    this.#end(isGood ? !isLast : `STATUS ${this.#text.slice(9, 12)}`);
  }

  #end(outcome: boolean | string): void {
    clearTimeout(this.#timer);
    this.#settle(outcome);
    this.#settle = () => undefined;
  }
}
