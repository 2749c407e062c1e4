/**
 * Output without a stream: one pipe for each watcher and output, whose bytes go on to circusd's own
 * output unchanged.
 */
import { closeSync } from 'node:fs';
import { createPipe } from '#libs/native';
import { OutputStream, ownOutputs, PipeReader, type StreamName } from '#libs/streams';

/** Pipes of stopped watchers that somebody holds: a process of `rm --nostop`, or a descendant. */
const maxOrphans = 1_000;

interface SharedPipe {
  readonly writeFd: number;
  readonly reader: PipeReader;
}

/** What it tells its owner. */
export interface OwnOutputOptions {
  readonly log: { info(text: string): void; warn(text: string): void };
  /** Sees every piece; valid during the call alone. */
  readonly onPiece: (key: string, name: StreamName, data: Buffer) => void;
}

/** The pipes of all watchers of one daemon. */
export class OwnOutput {
  readonly #options: OwnOutputOptions;
  readonly #streams: Readonly<Record<StreamName, OutputStream>>;
  readonly #pipes = new Map<string, Partial<Record<StreamName, SharedPipe>>>();
  /** Oldest first. */
  readonly #orphans = new Set<PipeReader>();

  constructor(options: OwnOutputOptions) {
    this.#options = options;
    this.#streams = { stdout: this.#open('stdout'), stderr: this.#open('stderr') };
  }

  /**
   * What a process of the watcher is given; it stays open here until `stopped`.
   *
   * @throws SystemError EMFILE, ENFILE
   */
  descriptorOf(key: string, name: StreamName): number {
    const pipes = this.#pipes.get(key) ?? {};
    this.#pipes.set(key, pipes);
    pipes[name] ??= this.#createPipe(key, name);
    return pipes[name].writeFd;
  }

  /** For a process that has a pipe of its own. */
  streamOf(name: StreamName): OutputStream {
    return this.#streams[name];
  }

  /** Takes what is in the pipes: a process has ended. */
  sweep(key: string): void {
    const { stdout, stderr } = this.#pipes.get(key) ?? {};
    stdout?.reader.sweep();
    stderr?.reader.sweep();
  }

  /** No process of the watcher is left; what its descendants still write is passed on. */
  stopped(key: string): void {
    for (const { writeFd, reader } of Object.values(this.#pipes.get(key) ?? {})) {
      reader.sweep();
      closeSync(writeFd);
      this.#orphans.add(reader);
    }
    this.#pipes.delete(key);
    const [oldest] = this.#orphans;
    if (this.#orphans.size > maxOrphans) oldest?.close();
  }

  /** Resolves when all that was read is written. */
  async close(): Promise<void> {
    for (const key of [...this.#pipes.keys()]) this.stopped(key);
    for (const reader of this.#orphans) reader.close();
    await Promise.all(Object.values(this.#streams).map((stream) => stream.flushed()));
  }

  #open(name: StreamName): OutputStream {
    const { log } = this.#options;
    const sink = ownOutputs[name];
    // Who writes slowly waits, as if it wrote there itself; who cannot write at all goes on.
    return new OutputStream({ sink }, 'block_while_open', {
      failed: (reason) => log.warn(`output without a stream: ${reason}`),
      resumed: (dropped) =>
        log.info(`${sink.name} is written again, ${dropped} bytes were dropped`),
    });
  }

  #createPipe(key: string, name: StreamName): SharedPipe {
    const { readFd, writeFd } = createPipe();
    // Whose output it is nobody knows, and circusd's own has no form that tells.
    const nobody = { pid: 0, wid: 0 };
    const reader: PipeReader = new PipeReader(readFd, this.#streams[name], nobody, {
      onEnd: () => this.#orphans.delete(reader),
      onPiece: (data) => this.#options.onPiece(key, name, data),
    });
    return { writeFd, reader };
  }
}
