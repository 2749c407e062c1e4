/**
 * The questions by tcp and http to this machine, which are most of them: by bare system calls, and
 * all answers with one poll. What is not there at once is asked as anywhere else (`probes.ts`).
 */
import { closeSync, readSync } from 'node:fs';
import type { ProbeTarget } from '#libs/config';
import {
  connectNow,
  type DescriptorPoll,
  findPeer,
  formatAddress,
  isPassing,
  type Peer,
  SystemError,
  sendNow,
} from '#libs/native';
import {
  judgeStatus,
  maxBodyBytes,
  type ProbeResult,
  probeHttp,
  probeTcp,
  tooSlow,
} from './probes.ts';

const buffer = Buffer.allocUnsafeSlow(16 * 1024);
/** `HTTP/1.1 200` */
const contentLength = /\r\ncontent-length: *(\d+) *\r\n/i;
const statusLine = /^HTTP\/1\.[01] (\d{3})/;
/** Of an answer, so much is looked at. */
const headBytes = 4 * 1024;

/** Asks once; worked out before, because it is asked again and again. */
export type Question = (timeoutMs: number) => Promise<ProbeResult>;

/** The question by tcp or http; of what is not in this machine, or not there at once, as in `probes.ts`. */
export function prepareQuestion(
  target: Exclude<ProbeTarget, { kind: 'exec' }>,
  poll: DescriptorPoll,
): Question {
  const elsewhere: Question = (timeoutMs) => {
    return target.kind === 'tcp' ? probeTcp(target, timeoutMs) : probeHttp(target.url, timeoutMs);
  };
  const address = target.kind === 'tcp' ? target : addressOf(target.url);
  const peer = findPeer(address);
  const where = formatAddress(address);
  if (peer === undefined) return elsewhere;
  const request = target.kind === 'http' ? requestFor(target.url) : undefined;
  return async (timeoutMs) => {
    const fd = connectTo(peer, where);
    if (typeof fd === 'string') return fd;
    if (fd === undefined) return await elsewhere(timeoutMs);
    if (request !== undefined) {
      return await new Promise((tell) => new Answer(fd, tell, { poll, timeoutMs }).ask(request));
    }
    closeSync(fd);
    return null;
  };
}

/** A descriptor, why there is none, or `undefined`: not at once. @throws SystemError we lack means */
function connectTo(peer: Peer, where: string): number | string | undefined {
  try {
    return connectNow(peer);
  } catch (error) {
    if (isPassing(error) || !(error instanceof SystemError)) throw error;
    return `connect ${error.code} ${where}`;
  }
}

/** `localhost` is what it should be, whatever the machine's files say of it. */
function addressOf({ hostname, port }: URL): { host: string; port: number } {
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replaceAll(/[[\]]/g, '');
  return { host, port: port === '' ? 80 : Number(port) };
}

function requestFor({ host, pathname, search, username, password }: URL): Buffer {
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const lines = [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: circusd',
    'Connection: close',
    ...(user === ':' ? [] : [`Authorization: Basic ${Buffer.from(user).toString('base64')}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** One answer, until its end. */
class Answer {
  readonly #fd: number;
  readonly #poll: DescriptorPoll;
  readonly #tell: (result: ProbeResult) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #read = (): void => this.#onReadable();
  #head = '';
  #bytes = 0;

  constructor(
    fd: number,
    tell: (result: ProbeResult) => void,
    { poll, timeoutMs }: { poll: DescriptorPoll; timeoutMs: number },
  ) {
    this.#fd = fd;
    this.#poll = poll;
    this.#tell = tell;
    this.#timer = setTimeout(() => this.#end(tooSlow('no answer', timeoutMs)), timeoutMs);
  }

  ask(request: Buffer): void {
    try {
      sendNow(this.#fd, request);
      this.#poll.watch(this.#fd, this.#read);
    } catch (error) {
      this.#end(describe(error));
    }
  }

  #onReadable(): void {
    try {
      const length = readSync(this.#fd, buffer);
      this.#bytes += length;
      const missing = headBytes - this.#head.length;
      if (missing > 0) this.#head += buffer.toString('latin1', 0, Math.min(length, missing));
      // Read to its end: a server whose answer nobody takes has an error to log.
      if (length === 0 || this.#isComplete() || this.#bytes > maxBodyBytes)
        this.#end(this.#judge());
      else this.#poll.watch(this.#fd, this.#read);
    } catch (error) {
      // The poll still knew another descriptor by this number.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN')
        this.#poll.watch(this.#fd, this.#read);
      else this.#end(describe(error));
    }
  }

  /** The server has said how long it is, and that much has come. */
  #isComplete(): boolean {
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return false;
    const [, length] = contentLength.exec(this.#head.slice(0, end + 2)) ?? [];
    return length !== undefined && this.#bytes >= end + 4 + Number(length);
  }

  #judge(): ProbeResult {
    const [, status] = statusLine.exec(this.#head) ?? [];
    return status === undefined ? 'no HTTP' : judgeStatus(Number(status));
  }

  #end(result: ProbeResult): void {
    clearTimeout(this.#timer);
    this.#poll.unwatch(this.#fd);
    closeSync(this.#fd);
    this.#tell(result);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
