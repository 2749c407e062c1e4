/**
 * A stream class of the user: a program beside circusd, started when there is something to write, and
 * again when it has died. What it has not answered for is told to its successor.
 */
import { endOfLines, firstSeq } from './host-lines.ts';
import type { Sink } from './stream-class.ts';
import { type HostRequest, type HostStarter, StreamHost } from './stream-host.ts';

const newline = 10;
const nothing = Buffer.alloc(0);

/** Takes the lines of `asHostLines`. */
export class HostSink implements Sink {
  readonly name: string;
  readonly #start: HostStarter;
  readonly #request: HostRequest;
  #host: StreamHost | undefined;
  /** The beginning of a line whose rest is still to come. */
  #begun: Buffer = nothing;

  constructor(name: string, start: HostStarter, request: HostRequest) {
    this.name = name;
    this.#start = start;
    this.#request = request;
  }

  /** @throws Error with what became of the host: once for each that has died */
  async write(data: Buffer): Promise<number> {
    const { trouble } = this.#host ?? {};
    if (trouble !== undefined) {
      this.#host = undefined;
      throw new Error(`its stream host ${trouble}`);
    }
    const end = data.lastIndexOf(newline) + 1;
    if (end === 0) {
      this.#begun = Buffer.concat([this.#begun, data]);
      return data.length;
    }
    const lines = Buffer.concat([this.#begun, data.subarray(0, end)]);
    const first = firstSeq(lines);
    const last = first + countLines(lines) - 1;
    this.#host ??= new StreamHost(this.#start, this.#request);
    const handled = await this.#host.deliver(lines, last);
    if (handled >= last) {
      this.#begun = Buffer.from(data.subarray(end));
      return data.length;
    }
    // It has died on the way; the next call tells why.
    const taken = endOfLines(lines, handled - first + 1) - this.#begun.length;
    if (taken <= 0) return await this.write(data);
    this.#begun = nothing;
    return taken;
  }

  async close(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    await host?.close();
  }
}

function countLines(lines: Buffer): number {
  let count = 0;
  for (let at = lines.indexOf(newline); at >= 0; at = lines.indexOf(newline, at + 1)) count += 1;
  return count;
}
