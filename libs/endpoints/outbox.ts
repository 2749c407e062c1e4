/** Sends on a ZeroMQ socket in order: zeromq.js allows one send at a time. */

/** Any socket that can send multipart messages. */
interface SendingSocket {
  send(message: (string | Buffer | Uint8Array)[]): Promise<void>;
}

type Message = (string | Buffer | Uint8Array)[];

interface Letter {
  readonly message: Message;
  readonly onSent?: (isSent: boolean) => void;
}

/** A queue in front of a socket's send. Messages are dropped when it is closed. */
export class Outbox {
  readonly #socket: SendingSocket;
  readonly #onError: (error: unknown) => void;
  #waiting: Letter[] = [];
  #sending: Promise<void> | undefined;

  constructor(socket: SendingSocket, onError: (error: unknown) => void) {
    this.#socket = socket;
    this.#onError = onError;
  }

  /** Queues a message. */
  post(message: Message): void {
    this.#push({ message });
  }

  /** Queues a message; resolves to whether ZeroMQ has taken it. */
  async send(message: Message): Promise<boolean> {
    return await new Promise((onSent) => this.#push({ message, onSent }));
  }

  get isSending(): boolean {
    return this.#sending !== undefined;
  }

  /** Resolves when everything that was posted has been handed to ZeroMQ. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  #push(letter: Letter): void {
    this.#waiting.push(letter);
    this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const letters = this.#waiting;
      this.#waiting = [];
      for (const { message, onSent } of letters) {
        try {
          await this.#socket.send(message);
          onSent?.(true);
        } catch (error) {
          if (onSent === undefined) this.#onError(error);
          else onSent(false);
        }
      }
    }
    this.#sending = undefined;
  }
}
