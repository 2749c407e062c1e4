/** Sends on a ZeroMQ socket in order: zeromq.js allows one send at a time. */

/** Any socket that can send multipart messages. */
interface SendingSocket {
  send(message: (string | Buffer | Uint8Array)[]): Promise<void>;
}

/** A queue in front of a socket's send. Messages are dropped when it is closed. */
export class Outbox {
  readonly #socket: SendingSocket;
  readonly #onError: (error: unknown) => void;
  #waiting: (string | Buffer | Uint8Array)[][] = [];
  #sending: Promise<void> | undefined;

  constructor(socket: SendingSocket, onError: (error: unknown) => void) {
    this.#socket = socket;
    this.#onError = onError;
  }

  /** Queues a message. */
  post(message: (string | Buffer | Uint8Array)[]): void {
    this.#waiting.push(message);
    this.#sending ??= this.#sendAll();
  }

  /** Resolves when everything that was posted has been handed to ZeroMQ. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const messages = this.#waiting;
      this.#waiting = [];
      for (const message of messages) {
        try {
          await this.#socket.send(message);
        } catch (error) {
          this.#onError(error);
        }
      }
    }
    this.#sending = undefined;
  }
}
