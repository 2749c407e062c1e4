/** A page's view of a watcher's output: the last lines, then those that come, in lots. */
import { type CircusClient, EventSubscriber, reachableEndpoint } from '#libs/client';
import { inOrder, type LogLine as Line, LogFollower, logLines } from '#libs/commands';
import type { LogPiece } from '#libs/protocol';
import type { LogLine, ToPage } from './console-state.ts';

/** Of the past, when a page begins. */
const firstLines = 500;
/** Lines that wait for a page; of more the oldest are dropped, and counted. */
const heldLines = 2000;
const flushMs = 150;
const retryMs = 2000;

/** Who reads. */
export interface LogReader {
  /** False while it is too slow: lines are kept for it then, and dropped at last. */
  isReady(): boolean;
  send(message: ToPage): void;
}

export class LogTail {
  readonly #client: () => CircusClient;
  readonly #watcher: string;
  readonly #reader: LogReader;
  readonly #timer: NodeJS.Timeout;
  #follower: LogFollower | undefined;
  #held: LogLine[] = [];
  #dropped = 0;
  #isClosed = false;
  #note = '';

  /** `client`: of this moment. */
  constructor(client: () => CircusClient, watcher: string, reader: LogReader) {
    this.#client = client;
    this.#watcher = watcher;
    this.#reader = reader;
    this.#timer = setInterval(() => this.#flush(), flushMs);
    void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#follower?.close();
  }

  /** Follows as long as the page wants it, over whatever happens to circusd. */
  async #run(): Promise<void> {
    for (let isFirst = true; !this.#isClosed; isFirst = false) {
      this.#follower = this.#follow(isFirst);
      try {
        await this.#follower.run();
      } catch (error) {
        this.#tell(error instanceof Error ? error.message : String(error));
      }
      if (!this.#isClosed) await new Promise((wake) => setTimeout(wake, retryMs));
    }
  }

  #follow(isFirstRun: boolean): LogFollower {
    const client = this.#client();
    const name = this.#watcher;
    return new LogFollower(
      {
        call: (command, properties) => client.call(command, properties),
        subscribe: (endpoint, topics) => new EventSubscriber(endpoint, topics),
        reach: (endpoint) => reachableEndpoint(endpoint, client.endpoint),
      },
      {
        names: [name],
        properties: { name: [name], lines: firstLines },
        isMeant: ({ watcher }) => watcher.toLowerCase() === name,
      },
      {
        begin: ({ logs, sources }, isFirst) => {
          this.#tell(sources.map(({ note }) => note).find((note) => note !== null) ?? '');
          // Of a circusd that was started again all is new but what files have kept.
          const isNew = isFirst && isFirstRun;
          this.#add(inOrder(logLines(isNew ? logs : logs.filter(({ time }) => time !== null))));
        },
        piece: (piece) => this.#add(logLines([piece])),
        gap: (piece, missing) => this.#addGap(piece, missing),
      },
    );
  }

  /** `note`: why nothing, or not all, can be shown; empty when all is. */
  #tell(note: string): void {
    if (note === this.#note || this.#isClosed) return;
    this.#note = note;
    this.#reader.send({ type: 'log_note', watcher: this.#watcher, note });
  }

  #add(lines: readonly Line[]): void {
    for (const { stream, time, pid, message: text } of lines) {
      this.#held.push({ stream, time, pid, text });
    }
    const excess = this.#held.length - heldLines;
    if (excess <= 0) return;
    this.#held.splice(0, excess);
    this.#dropped += excess;
  }

  #addGap({ stream, time, pid }: LogPiece, missing: number): void {
    this.#held.push({ stream, time, pid, text: `[${missing} bytes are missing here]` });
  }

  #flush(): void {
    if ((this.#held.length === 0 && this.#dropped === 0) || !this.#reader.isReady()) return;
    const [lines, dropped] = [this.#held, this.#dropped];
    this.#held = [];
    this.#dropped = 0;
    this.#reader.send({ type: 'log', watcher: this.#watcher, lines, dropped });
  }
}
