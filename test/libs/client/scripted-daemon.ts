/** A ROUTER that answers as told: the daemon of these tests. It knows frames, nothing else. */
import { setTimeout as delay } from 'node:timers/promises';
import { Router } from 'zeromq';

export interface ReceivedRequest {
  readonly identity: string;
  readonly id: string;
  readonly command: string;
  readonly properties: Record<string, unknown>;
  readonly msg_type?: string;
}

/** The text of a reply frame; `undefined` for silence. `send` answers later. */
export type Answer = (
  request: ReceivedRequest,
  send: (text: string) => void,
) => object | string | undefined;

export class ScriptedDaemon {
  readonly requests: ReceivedRequest[] = [];
  readonly frameCounts: number[] = [];
  readonly endpoint: string;
  readonly #router: Router;

  static async start(answer: Answer, endpoint = 'tcp://127.0.0.1:*'): Promise<ScriptedDaemon> {
    const router = new Router({ linger: 0 });
    await router.bind(endpoint);
    return new ScriptedDaemon(router, answer);
  }

  private constructor(router: Router, answer: Answer) {
    this.#router = router;
    this.endpoint = router.lastEndpoint ?? '';
    this.#serve(answer).catch((error) => console.error(error));
  }

  /** Waits until a request fits; fails with what came when none does within 5 s. */
  async received(isWanted: (request: ReceivedRequest) => boolean): Promise<ReceivedRequest> {
    for (const deadline = Date.now() + 5000; Date.now() < deadline; await delay(5)) {
      const found = this.requests.find(isWanted);
      if (found !== undefined) return found;
    }
    throw new Error(`not received; there were ${JSON.stringify(this.requests)}`);
  }

  stop(): void {
    this.#router.close();
  }

  async #serve(answer: Answer): Promise<void> {
    let lastSend = Promise.resolve();
    for await (const [identity, ...frames] of this.#router) {
      const request = { identity: String(identity), ...JSON.parse(String(frames.at(-1))) };
      this.frameCounts.push(frames.length);
      this.requests.push(request);
      const send = (text: string) => {
        lastSend = lastSend.then(() => this.#router.send([identity ?? '', text])).catch(() => {});
      };
      const reply = answer(request, send);
      if (reply !== undefined) send(typeof reply === 'string' ? reply : JSON.stringify(reply));
    }
  }
}
