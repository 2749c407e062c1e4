/** The control endpoint: requests come in over a ROUTER, replies go back (protocol 1). */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParked, type DispatchLog, dispatch, type ParkedRequest } from '#libs/commands';
import { type User, unreadBytes } from '#libs/native';
import { CircusError, type Controller, errorReply } from '#libs/protocol';
import { Binding, type SavedBinding } from './binding.ts';
import type { EndpointLog } from './endpoint-log.ts';
import { Outbox } from './outbox.ts';
import { ListeningRouter } from './zeromq-sockets.ts';

/** A request larger than this is dropped: no command needs so much. Bytes. */
const maxRequestBytes = 1024 * 1024;

/** ZeroMQ itself cuts off a client that sends more than this. Bytes. */
const maxFrameBytes = 64 * 1024 * 1024;

/** How long the end waits for answers. All of them are known by then; this is for a fault of ours. */
const lastWordsMs = 1_000;

/** How long a hand-over waits for a moment without requests. Milliseconds. */
const quietMs = 200;

/** How long a client has to connect again for a reply that it waits for. Milliseconds. */
const returnMs = 60_000;
const returnPollMs = 20;

/** Where a reply goes: the frames in front of it. */
type Envelope = readonly Buffer[];

interface Letter {
  readonly to: Envelope;
  readonly reply: string;
}

/** A request whose reply is not sent yet. */
interface OpenRequest {
  readonly to: Envelope;
  /** Its work outlives this program. */
  parked?: ParkedRequest;
}

/** The endpoint as this program or the next one opens it again. */
export interface SavedControl {
  readonly binding: SavedBinding;
  readonly parked: readonly { readonly to: readonly string[]; readonly request: ParkedRequest }[];
  readonly unsent: readonly { readonly to: readonly string[]; readonly reply: string }[];
}

/** Serves commands until it is closed. */
export class ControlEndpoint {
  readonly #controller: Controller;
  readonly #log: EndpointLog;
  readonly #dispatchLog: DispatchLog;
  readonly #open = new Map<Promise<void>, OpenRequest>();
  /** Replies to clients that have lost their connection to a hand-over. */
  readonly #unsent = new Set<Letter>();
  /** Replies that were sent while the endpoint was being closed for a hand-over. */
  #late: Letter[] | undefined;
  #socket = makeSocket();
  #outbox = this.#makeOutbox();
  #binding: Binding | undefined;
  #serving: Promise<void> = Promise.resolve();
  #isClosing = false;
  /** Connections are being ended: replies wait for the next ones. */
  #isLeaving = false;

  constructor(controller: Controller, log: EndpointLog) {
    this.#controller = controller;
    this.#log = log;
    this.#dispatchLog = {
      onFault: (error, command) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        log.error(`fault in command ${command}: ${text}`);
      },
      onFailure: (error, command) => log.error(`${command} has failed: ${error.message}`),
    };
  }

  /** @throws BindError the address is in use or is none */
  async open(endpoint: string, owner?: User): Promise<void> {
    this.#binding = await Binding.make(this.#socket, 'endpoint', endpoint, owner);
    this.#serving = this.#serve();
  }

  /** Answers what was asked, `quit` among it, serves no more, and removes its file. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const answered = Promise.all([...this.#open.keys()]);
    await Promise.race([answered, sleep(lastWordsMs, undefined, { ref: false })]);
    await this.#outbox.flush();
    this.#socket.close();
    this.#binding?.remove();
    await this.#serving;
  }

  /**
   * Answers what it can and closes, but for the address: that is held. Then `handOver`. What comes
   * until the last moment is carried out, and its reply sent when the client has connected again.
   */
  async hold(): Promise<SavedBinding | undefined> {
    this.#late = [];
    await this.#untilQuiet();
    for (const { to } of this.#open.values()) if (!hasName(to)) this.#apologise(to);
    await this.#outbox.flush();
    this.#isLeaving = true;
    this.#binding?.shutDown();
    await this.#untilQuiet();
    this.#isClosing = true;
    return await this.#binding?.hold(this.#socket);
  }

  /** After `hold`: what clients still wait for, at this moment. */
  handOver(binding: SavedBinding): SavedControl {
    const open = [...this.#open.values()].filter(({ to }) => hasName(to));
    return {
      binding,
      parked: open.flatMap(({ to, parked }) => {
        return parked === undefined ? [] : [{ to: pack(to), request: parked }];
      }),
      unsent: [...this.#unsent, ...(this.#late ?? [])].map(({ to, reply }) => ({
        to: pack(to),
        reply,
      })),
    };
  }

  /** Waits again for what clients wait for. To be called before the work goes on. */
  takeOver({ parked, unsent }: SavedControl): void {
    for (const { to, request } of parked) {
      this.#track({ to: unpack(to), parked: request }, async () => {
        const reply = await answerParked(this.#controller, request, this.#dispatchLog);
        void this.#deliver(unpack(to), reply);
      });
    }
    for (const { to, reply } of unsent) void this.#deliver(unpack(to), reply);
  }

  /** @throws Error the address is gone */
  async openAgain(saved: SavedBinding): Promise<void> {
    this.#socket = makeSocket();
    this.#outbox = this.#makeOutbox();
    this.#isClosing = false;
    this.#isLeaving = false;
    this.#late = undefined;
    this.#binding = await Binding.takeOver(this.#socket, saved);
    this.#serving = this.#serve();
  }

  async #serve(): Promise<void> {
    for await (const frames of this.#socket) {
      if (this.#isClosing) return;
      const request: OpenRequest = { to: frames.slice(0, -1) };
      this.#track(request, () => this.#answer(frames, request));
    }
  }

  #track(request: OpenRequest, work: () => Promise<void>): void {
    const answered = work().finally(() => this.#open.delete(answered));
    this.#open.set(answered, request);
  }

  /** `[id, json]` and `[id, "", json]` are answered in their own form; anything else is dropped. */
  async #answer(frames: Buffer[], request: OpenRequest): Promise<void> {
    const body = frames.at(-1);
    const hasDelimiter = frames.length === 3 && frames[1]?.length === 0;
    if (body === undefined || (frames.length !== 2 && !hasDelimiter)) {
      this.#log.warn(
        `dropped a request of ${frames.length} frames; one, or an empty one and one, are right`,
      );
      return;
    }
    if (body.length > maxRequestBytes) {
      this.#log.warn(
        `dropped a request of ${body.length} bytes; at most ${maxRequestBytes} are right`,
      );
      return;
    }
    const reply = await dispatch(this.#controller, body, {
      ...this.#dispatchLog,
      onWait: (parked) => {
        request.parked = parked;
      },
    });
    delete request.parked;
    if (reply === undefined) return;
    if (this.#isLeaving && hasName(request.to)) {
      void this.#deliver(request.to, reply);
      return;
    }
    this.#outbox.post([...request.to, reply]);
    // Whether it has arrived nobody can tell. A client drops what it does not wait for; a REQ would
    // take it for its next reply.
    if (this.#late !== undefined && hasName(request.to) && !hasDelimiter) {
      this.#late.push({ to: request.to, reply });
    }
  }

  /** Sends as soon as its client is connected. */
  async #deliver(to: Envelope, reply: string): Promise<void> {
    const letter = { to, reply };
    this.#unsent.add(letter);
    const deadline = performance.now() + returnMs;
    while (!(await this.#outbox.send([...to, reply])) && performance.now() < deadline) {
      await sleep(returnPollMs, undefined, { ref: false });
    }
    this.#unsent.delete(letter);
  }

  /** Nothing is unread, and nothing waits for a reply but what can wait beyond this program. */
  async #untilQuiet(): Promise<void> {
    const deadline = performance.now() + quietMs;
    // Twice: between the kernel and us a request is in nobody's sight.
    for (let quiet = 0; quiet < 2 && performance.now() < deadline; ) {
      await sleep(1);
      quiet = this.#isQuiet() ? quiet + 1 : 0;
    }
  }

  #isQuiet(): boolean {
    if (this.#socket.readable || this.#outbox.isSending) return false;
    if ([...this.#open.values()].some(({ parked }) => parked === undefined)) return false;
    const connections = this.#binding?.connections() ?? [];
    return connections.every(({ fd }) => unreadBytes(fd) === 0);
  }

  /** A client without an identity of its own is nobody's on its next connection. */
  #apologise(to: Envelope): void {
    const reason =
      'circusd is being upgraded; the command goes on, its end shows in status and events';
    const error = new CircusError('restarting', reason);
    const id = [...this.#open.values()].find((request) => request.to === to)?.parked?.id ?? null;
    this.#outbox.post([...to, errorReply(id, error, Date.now() / 1_000)]);
  }

  #makeOutbox(): Outbox {
    return new Outbox(this.#socket, (error) => {
      const text = error instanceof Error ? error.message : String(error);
      this.#log.debug(`a reply was not sent: ${text}`);
    });
  }
}

function makeSocket(): ListeningRouter {
  return new ListeningRouter({
    linger: 1_000,
    maxMessageSize: maxFrameBytes,
    sendTimeout: 0,
    // A reply to nobody is an error, and so can be sent again.
    mandatory: true,
    // A client that connects again is the same client, even while its former connection is ending;
    // otherwise ZeroMQ would listen to the former alone, for ever.
    handover: true,
  });
}

/** Identities that ZeroMQ makes for those who have none begin with a 0. */
function hasName([identity]: Envelope): boolean {
  return identity !== undefined && identity[0] !== 0;
}

function pack(envelope: Envelope): string[] {
  return envelope.map((frame) => frame.toString('base64'));
}

function unpack(frames: readonly string[]): Buffer[] {
  return frames.map((frame) => Buffer.from(frame, 'base64'));
}
