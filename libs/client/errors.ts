/** What can go wrong between a client and circusd, as types that a caller can tell apart. */
import { type JsonObject, messageOf } from '#libs/protocol';

/** No reply came in time: no daemon at that address, or the work takes longer. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly endpoint: string;
  readonly timeoutMs: number;

  constructor(endpoint: string, timeoutMs: number) {
    super(`no reply from ${endpoint} within ${timeoutMs / 1000} s`);
    this.endpoint = endpoint;
    this.timeoutMs = timeoutMs;
  }
}

/** The daemon answered `status: "error"`; `message` is its reason. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
  /** The whole reply, with `reason` and `errno`. */
  readonly reply: JsonObject;

  constructor(reply: JsonObject) {
    const { reason } = reply;
    super(typeof reason === 'string' ? reason : JSON.stringify(reason ?? reply));
    this.reply = reply;
  }

  /** The number of protocol 1.4; 0 when the daemon gave none. */
  get errno(): number {
    const { errno } = this.reply;
    return typeof errno === 'number' ? errno : 0;
  }
}

/** The address is none that ZeroMQ can connect to. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';

  constructor(endpoint: string, cause: unknown) {
    const why = messageOf(cause);
    super(
      `cannot connect to '${endpoint}': ${why}; tcp://<host>:<port> or ipc://<path> is expected`,
      {
        cause,
      },
    );
  }
}

/** The client was closed before the reply came. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';

  constructor() {
    super('the client was closed before the reply came');
  }
}
