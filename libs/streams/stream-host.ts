/** One run of a program that takes output: lines of JSON in, the number of the last one that it has out. */
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { SpawnRequest } from '#libs/native';
import { createPipe, type ExitRecord, type ProcessIdentity, signalGroup } from '#libs/native';

const SIGKILL = 9;

/** A host that answers nothing for so long is killed. Milliseconds. */
const silenceMs = 30_000;

/** At its end it has so long to finish what it has begun. Milliseconds. */
const endMs = 1_000;

/** A host whose output has ended is given so long until its exit status is known. Milliseconds. */
const statusMs = 100;

/** Starts a process of circusd's own; `onExit` is told of its death, unless circusd ends before. */
export type HostStarter = (
  request: SpawnRequest,
  onExit: (exit: ExitRecord) => void,
) => ProcessIdentity;

/** A program as its owner wants it. */
export interface HostRequest {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Delivery {
  readonly last: number;
  readonly resolve: (acknowledged: number) => void;
  readonly silence: NodeJS.Timeout;
}

/** A host that runs, or has ended. */
export class StreamHost {
  readonly #input: Socket;
  readonly #answers: Socket;
  readonly #identity: ProcessIdentity;
  readonly #ended: Promise<void>;
  #tellEnd: () => void = () => undefined;
  #text = '';
  #acknowledged = 0;
  #delivery: Delivery | undefined;
  /** Why it can take no more; `undefined` as long as it can. */
  trouble: string | undefined;

  /** @throws SpawnError it cannot be started; SystemError there are too many open files */
  constructor(start: HostStarter, { argv, env }: HostRequest) {
    const input = createPipe();
    const answers = createPipe();
    this.#ended = new Promise((resolve) => {
      this.#tellEnd = resolve;
    });
    try {
      const stdio = { stdin: input.readFd, stdout: answers.writeFd, stderr: 'inherit' } as const;
      this.#identity = start({ argv, env, ...stdio }, (exit) => this.#end(describeExit(exit)));
    } catch (error) {
      closeSync(input.writeFd);
      closeSync(answers.readFd);
      throw error;
    } finally {
      closeSync(input.readFd);
      closeSync(answers.writeFd);
    }
    this.#input = new Socket({ fd: input.writeFd, readable: false, writable: true });
    // EPIPE: the end of its answers tells more.
    this.#input.on('error', () => this.#input.destroy());
    this.#answers = new Socket({ fd: answers.readFd, readable: true, writable: false });
    this.#answers.on('error', () => this.#answers.destroy());
    this.#answers.on('data', (data) => this.#read(data.toString('latin1')));
    this.#answers.on('close', () => {
      setTimeout(() => this.#end('has ended'), statusMs).unref();
    });
  }

  /**
   * Has it handle lines up to the number `last`; resolves to the last one that it has handled, a
   * lower one when it has ended. One at a time.
   */
  async deliver(lines: Buffer, last: number): Promise<number> {
    if (this.trouble !== undefined) return this.#acknowledged;
    return await new Promise((resolve) => {
      const silence = setTimeout(() => this.kill('has not answered for 30 s'), silenceMs);
      this.#delivery = { last, resolve, silence };
      this.#input.write(lines);
    });
  }

  /** Ends it at once. */
  kill(reason: string): void {
    try {
      signalGroup(this.#identity.pid, SIGKILL);
    } catch {
      // It has become somebody else's; the end of the pipe tells it to end.
    }
    this.#end(reason);
  }

  /** Tells it that nothing more comes; resolves when it has ended. */
  async close(): Promise<void> {
    this.#input.end();
    const timer = setTimeout(() => this.kill('was ended'), endMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #read(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = (lines.pop() ?? '').slice(-64);
    for (const line of lines) {
      const number = /^\s*\d+\s*$/.test(line) ? Number(line) : 0;
      this.#acknowledged = Math.max(this.#acknowledged, number);
    }
    const { last, silence } = this.#delivery ?? {};
    silence?.refresh();
    if (last !== undefined && this.#acknowledged >= last) this.#settle();
  }

  #settle(): void {
    const delivery = this.#delivery;
    this.#delivery = undefined;
    clearTimeout(delivery?.silence);
    delivery?.resolve(this.#acknowledged);
  }

  #end(reason: string): void {
    if (this.trouble !== undefined) return;
    this.trouble = reason;
    this.#input.destroy();
    this.#answers.destroy();
    this.#settle();
    this.#tellEnd();
  }
}

function describeExit({ exitCode, signal }: ExitRecord): string {
  return signal === null ? `ended with exit code ${exitCode}` : `was ended by signal ${signal}`;
}
