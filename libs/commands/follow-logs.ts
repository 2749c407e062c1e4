/** `logs` in circusctl: the last lines, then those that come, none missing and none twice. */
import { randomUUID } from 'node:crypto';
import {
  type LogPiece,
  type LogReply,
  type LogSource,
  readyTopic,
  topicName,
} from '#libs/protocol';
import type { ClientSide } from './client-side.ts';
import type { CommandLine } from './command.ts';
import { type LogFilter, readLogFilter } from './log-filter.ts';
import {
  inOrder,
  type LogLine,
  lastOfEach,
  logLineAsJson,
  logLines,
  printLogLine,
} from './log-lines.ts';
import { LogPositions } from './log-positions.ts';

/** How often circusd is asked whether it is the same one still, in milliseconds. */
const askEveryMs = 5_000;

/** The last lines. */
export async function showLogs(line: CommandLine, side: ClientSide): Promise<void> {
  const filter = readLogFilter(line);
  const reply = await ask(side, filter, { follow: false });
  tellNotes(reply.sources, side);
  show(lastLines(reply.logs, filter), filter, side);
}

/** The last lines and what comes, until interrupted; a circusd that was started again is followed too. */
export async function followLogs(line: CommandLine, side: ClientSide): Promise<void> {
  const filter = readLogFilter(line);
  let isFirst = true;
  for (;;) {
    const reply = await ask(side, filter, { follow: true });
    const topics = line.words.map((name) => `log.${topicName(name)}.`);
    const follower = new Follower(filter, side, reply);
    const isRestarted = await follower.follow(topics.length > 0 ? topics : ['log.'], isFirst);
    if (!isRestarted) return;
    side.writeNote('circusd was started again; what its processes wrote meanwhile may be missing');
    isFirst = false;
  }
}

class Follower {
  readonly #filter: LogFilter;
  readonly #side: ClientSide;
  readonly #endpoint: string;
  readonly #instance: string;
  readonly #positions = new LogPositions();

  constructor(filter: LogFilter, side: ClientSide, { endpoint = '', instance }: LogReply) {
    this.#filter = filter;
    this.#side = side;
    this.#endpoint = side.reach(endpoint);
    this.#instance = instance;
  }

  /** Whether it ended because circusd was started again. */
  async follow(topics: readonly string[], isFirst: boolean): Promise<boolean> {
    // Subscriptions take effect in their order: when the last one is answered, all of them hold.
    const ready = `${readyTopic}${randomUUID()}`;
    const subscription = this.#side.subscribe(this.#endpoint, [...topics, ready]);
    let isRestarted = false;
    const stopAsking = this.#askRepeatedly(() => {
      isRestarted = true;
      subscription.close();
    });
    try {
      const early: LogPiece[] = [];
      let isReady = false;
      for await (const { topic, payload } of subscription) {
        const piece = payload as unknown as LogPiece;
        if (topic === ready) {
          isReady = true;
          await this.#begin(isFirst);
          for (const one of early) this.#take(topicOf(one), one);
        } else if (isReady) this.#take(topic, piece);
        else early.push(piece);
      }
      return isRestarted;
    } finally {
      stopAsking();
      subscription.close();
    }
  }

  /** What was there when the subscription began to hold. */
  async #begin(isFirst: boolean): Promise<void> {
    const { logs, sources } = await ask(this.#side, this.#filter, { follow: true });
    for (const { topic, position } of sources) this.#positions.begin(topic, position);
    if (isFirst) tellNotes(sources, this.#side);
    // Of a circusd that was started again all is new but what files have kept.
    const fresh = isFirst ? logs : logs.filter(({ time }) => time !== null);
    show(lastLines(fresh, this.#filter), this.#filter, this.#side);
  }

  #take(topic: string, piece: LogPiece): void {
    if (!this.#filter.isMeant(piece)) return;
    const { isNew, missing } = this.#positions.advance(topic, piece);
    if (missing > 0) this.#tellGap(piece, missing);
    if (isNew) show(logLines([piece]), this.#filter, this.#side);
  }

  #tellGap({ watcher, stream }: LogPiece, missing: number): void {
    if (this.#side.wantsJson) this.#side.writeLine(JSON.stringify({ watcher, stream, missing }));
    const what = stream === null ? watcher : `${watcher} ${stream}`;
    this.#side.writeNote(`${missing} bytes of ${what} are missing here: they came too fast`);
  }

  #askRepeatedly(onRestart: () => void): () => void {
    const timer = setInterval(() => {
      const properties = { ...this.#filter.properties, lines: 0, follow: true };
      this.#side.call('logs', properties).then(
        ({ instance }) => (instance === this.#instance ? undefined : onRestart()),
        // Not there just now, or the watcher is not: it is asked again.
        () => undefined,
      );
    }, askEveryMs);
    return () => clearInterval(timer);
  }
}

function topicOf({ watcher, stream }: LogPiece): string {
  return `log.${topicName(watcher)}.${stream ?? 'stdout'}`;
}

async function ask(
  side: ClientSide,
  { properties }: LogFilter,
  { follow }: { follow: boolean },
): Promise<LogReply> {
  const reply = await side.call('logs', { ...properties, follow });
  return reply as unknown as LogReply;
}

function lastLines(pieces: readonly LogPiece[], filter: LogFilter): LogLine[] {
  const { expression, count } = filter;
  const lines = inOrder(logLines(pieces.filter((piece) => filter.isMeant(piece))));
  const meant = lines.filter(({ message }) => expression?.test(message) ?? true);
  return lastOfEach(meant, count);
}

function show(lines: readonly LogLine[], { expression }: LogFilter, side: ClientSide): void {
  for (const line of lines) {
    if (expression !== undefined && !expression.test(line.message)) continue;
    side.writeLine(side.wantsJson ? logLineAsJson(line) : printLogLine(line, side));
  }
}

/** What is not recorded of which watchers. */
function tellNotes(sources: readonly LogSource[], { writeNote }: ClientSide): void {
  const watchers = new Map<string, Set<string>>();
  for (const { note, watcher } of sources) {
    if (note !== null) watchers.set(note, (watchers.get(note) ?? new Set()).add(watcher));
  }
  for (const [note, names] of watchers) writeNote(`${[...names].join(', ')}: ${note}`);
}
