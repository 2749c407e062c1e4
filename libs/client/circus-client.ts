import { isJsonObject, type JsonObject } from '#libs/protocol';
import { defaultEndpoint } from './endpoints.ts';
import { ClosedError, ReplyError, TimeoutError } from './errors.ts';
import { newIdentity } from './identity.ts';
import { PendingCalls } from './pending-calls.ts';
import type { Dealer } from './sockets.ts';

/** How long a call may take. */
interface CallOptions {
  /** Milliseconds; `Infinity` waits for ever. Default: the client's. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 5000;
/** setTimeout takes no more; nobody waits so long. */
const longestTimerMs = 2 ** 31 - 1;
/** A cast has no answer: closing gives it so long to leave this process. */
const castLingerMs = 1000;

/**
 * A connection to circusd's control endpoint (manual 5.5, protocol 1). Nothing is opened before the
 * first call. Calls may overlap; each gets the reply with its own id, whatever the order.
 */
export class CircusClient {
  readonly endpoint: string;
  /** 32 hex characters; circusd sees them as the sender. */
  readonly identity = newIdentity();
  readonly #timeoutMs: number;
  readonly #pending = new PendingCalls();
  #opening: Promise<Dealer> | undefined;
  #dealer: Dealer | undefined;
  /** zeromq allows one send at a time. */
  #lastSend: Promise<void> = Promise.resolve();
  #count = 0;
  #hasCast = false;
  #isClosed = false;

  /** `endpoint`: tcp:// or ipc://, default tcp://127.0.0.1:5555; `timeoutMs`: of calls, default 5000. */
  constructor(
    endpoint: string = defaultEndpoint,
    { timeoutMs = defaultTimeoutMs }: CallOptions = {},
  ) {
    this.endpoint = endpoint;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Sends one command and gives its reply.
   *
   * @throws ReplyError the daemon answered with an error
   * @throws TimeoutError no reply in time; the command may still be carried out
   * @throws EndpointError the address is unusable
   * @throws ClosedError the client is closed, or was before the reply
   */
  async call(
    command: string,
    properties: JsonObject = {},
    { timeoutMs = this.#timeoutMs }: CallOptions = {},
  ): Promise<JsonObject> {
    const id = this.#nextId();
    const reply = await new Promise<JsonObject>((resolve, reject) => {
      const timer = startTimer(timeoutMs, () => {
        this.#pending.take(id)?.reject(new TimeoutError(this.endpoint, timeoutMs));
      });
      this.#pending.add(id, { resolve, reject, timer });
      this.#send({ id, command, properties }).catch((error: Error) => {
        this.#pending.take(id)?.reject(error);
      });
    });
    if (reply['status'] === 'error') throw new ReplyError(reply);
    return reply;
  }

  /** Sends one command that nobody answers. Resolves when it has been handed to ZeroMQ. */
  async cast(command: string, properties: JsonObject = {}): Promise<void> {
    this.#hasCast = true;
    await this.#send({ id: this.#nextId(), command, properties, msg_type: 'cast' });
  }

  /** Ends the connection. Calls without a reply are rejected; casts get 1 s to leave the process. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#dealer !== undefined) closeDealer(this.#dealer, this.#hasCast ? castLingerMs : 0);
    this.#pending.rejectAll(new ClosedError());
  }

  #nextId(): string {
    this.#count += 1;
    return `${this.identity}-${this.#count}`;
  }

  #send(message: JsonObject): Promise<void> {
    const text = JSON.stringify(message);
    const sent = this.#lastSend.then(async () => {
      const dealer = await this.#open();
      await dealer.send(text);
    });
    this.#lastSend = sent.catch(() => {});
    return sent;
  }

  async #open(): Promise<Dealer> {
    if (this.#isClosed) throw new ClosedError();
    this.#opening ??= this.#connect();
    return await this.#opening;
  }

  async #connect(): Promise<Dealer> {
    const { openDealer } = await import('./sockets.ts');
    if (this.#isClosed) throw new ClosedError();
    const dealer = openDealer(this.endpoint, this.identity);
    this.#dealer = dealer;
    this.#receive(dealer).catch((error: Error) => this.#pending.rejectAll(error));
    return dealer;
  }

  async #receive(dealer: Dealer): Promise<void> {
    for await (const frames of dealer) {
      const reply = parseReply(frames.at(-1));
      if (reply !== undefined) this.#pending.takeFor(reply)?.resolve(reply);
    }
  }
}

function closeDealer(dealer: Dealer, lingerMs: number): void {
  dealer.linger = lingerMs;
  dealer.close();
}

function startTimer(timeoutMs: number, onTimeout: () => void): NodeJS.Timeout | undefined {
  return timeoutMs > longestTimerMs ? undefined : setTimeout(onTimeout, timeoutMs);
}

/** A frame that is no JSON object answers nobody. */
function parseReply(frame: Buffer | undefined): JsonObject | undefined {
  try {
    const reply: unknown = JSON.parse(String(frame));
    return isJsonObject(reply) ? reply : undefined;
  } catch {
    return undefined;
  }
}
