/** Which replies are awaited, and which of them a reply is for. */
import type { Json, JsonObject } from '#libs/protocol';

/** Who awaits one reply. */
export interface PendingCall {
  resolve(reply: JsonObject): void;
  reject(error: Error): void;
  /** Fires when nobody waits any longer; absent without a time-out. */
  readonly timer: NodeJS.Timeout | undefined;
}

/** Calls by their id. Replies may come in any order. */
export class PendingCalls {
  readonly #calls = new Map<string, PendingCall>();
  /**
   * Ids in the order they were sent, those given up included: a daemon of 0.5.2 echoes no id and
   * answers one by one. Forgotten as soon as a reply has shown that the daemon echoes.
   */
  #sentOrder: string[] | undefined = [];

  add(id: string, call: PendingCall): void {
    this.#calls.set(id, call);
    this.#sentOrder?.push(id);
  }

  /** Takes a call out; `undefined` when it was answered or given up before. */
  take(id: string): PendingCall | undefined {
    const call = this.#calls.get(id);
    if (call === undefined) return undefined;
    clearTimeout(call.timer);
    this.#calls.delete(id);
    return call;
  }

  /** Takes out the call that a reply is for; `undefined` for a reply that nobody awaits. */
  takeFor(reply: JsonObject): PendingCall | undefined {
    const id = this.#idOf(reply);
    return typeof id === 'string' ? this.take(id) : undefined;
  }

  /** Rejects every call. */
  rejectAll(error: Error): void {
    for (const id of [...this.#calls.keys()]) this.take(id)?.reject(error);
  }

  #idOf(reply: JsonObject): Json | undefined {
    if (!('id' in reply)) return this.#sentOrder?.shift();
    this.#sentOrder = undefined;
    return reply['id'];
  }
}
