/**
 * How one process tells, or is asked, whether it serves: readiness until it does, liveness for as
 * long as it should. It only reports; what follows from it is the core's matter.
 */
import {
  buildEnvironment,
  buildProbeTarget,
  isProbe,
  type ProbeKind,
  readinessNumber,
  type WatcherConfig,
} from '#libs/config';
import {
  type CommandRequest,
  type CommandResult,
  type DescriptorMapping,
  type DescriptorPoll,
  isPassing,
  type ProcessIdentity,
} from '#libs/native';
import { messageOf } from '#libs/protocol';
import { monotonicMs } from './clock.ts';
import { hasMatchingLine } from './line-pattern.ts';
import { prepareQuestion, type Question } from './local-questions.ts';
import type { NotifyChannel } from './notify-channel.ts';
import type { ProbeGate } from './probe-gate.ts';
import { type ProbeResult, probeCommand, shorten } from './probes.ts';
import { ReadyPipe } from './ready-pipe.ts';
import { identityOptions, userOf } from './spawn-worker.ts';
import type { LineListener } from './watcher-outputs.ts';
import type { WorkerSockets } from './worker-sockets.ts';

/** One question about readiness takes no longer, whatever time there is left. */
const longestQuestionMs = 5_000;

/** An answer that takes longer is told of before its time is over: the process may be out of time first. */
const slowAnswerMs = 100;

/** Spreads the processes of a watcher over their common interval: no two of them at once. */
const goldenRatio = 0.618_033_988_75;

/** Questions of all processes are asked together at these times: to be woken costs more than to ask. */
const beatMs = 200;

/** What all of them share. */
export interface HealthMeans {
  /** @throws SystemError */
  openChannel(): NotifyChannel;
  runCommand(request: CommandRequest): Promise<CommandResult>;
  readonly poll: DescriptorPoll;
  readonly commandGate: ProbeGate;
  readonly connectionGate: ProbeGate;
  warn(text: string): void;
}

/** Whom it reports to. */
export interface HealthListener {
  ready(): void;
  notReady(reason: string): void;
  unhealthy(reason: string): void;
}

/** The readiness and liveness of one process, from before its start to its end. */
export class WorkerHealth {
  readonly #watcher: WatcherConfig;
  readonly #wid: number;
  readonly #ticket: number;
  readonly #means: HealthMeans;
  readonly #pipe: ReadyPipe | undefined;
  readonly #channel: NotifyChannel | undefined;
  readonly #listener: HealthListener;
  /** What tells the process where to report. */
  readonly env: Readonly<Record<string, string>>;
  readonly descriptors: readonly DescriptorMapping[];
  /** Has to see what the process writes; undefined when that tells nothing. */
  readonly onLines: LineListener | undefined;
  #process: ProcessIdentity | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAwaited = false;
  #hasSaidReady = false;
  /** Aborted when it will not be asked any more. */
  readonly #over = new AbortController();
  #lastReason = '';
  #lastSign = 0;
  /** It ends by itself, and is left alone until then. */
  #leavingUntil = 0;
  /** The last STATUS= of it; empty when there was none. */
  statusText = '';

  /** @throws SystemError EMFILE: no pipe or socket can be made */
  constructor(
    watcher: WatcherConfig,
    { wid, ticket, sockets }: { wid: number; ticket: number; sockets: WorkerSockets },
    means: HealthMeans,
    listener: HealthListener,
  ) {
    this.#watcher = watcher;
    this.#wid = wid;
    this.#ticket = ticket;
    this.#means = means;
    this.#listener = listener;
    const { readiness, readiness_target, liveness, liveness_timeout } = watcher.options;
    const isTold = readiness === 'notify' || liveness === 'watchdog';
    this.#channel = isTold ? means.openChannel() : undefined;
    this.#pipe = readiness === 'fd' ? new ReadyPipe() : undefined;
    this.onLines = readiness === 'log' ? this.#readLines(readiness_target ?? '') : undefined;
    const target = readinessNumber(watcher) ?? firstFree(sockets);
    this.descriptors = this.#pipe === undefined ? [] : [{ source: this.#pipe.writeFd, target }];
    this.env = {
      ...(this.#pipe === undefined ? {} : { READINESS_FD: String(target) }),
      ...(this.#channel === undefined ? {} : { NOTIFY_SOCKET: this.#channel.address }),
      ...(liveness === 'watchdog'
        ? { WATCHDOG_USEC: String(Math.round(liveness_timeout * 1_000_000)) }
        : {}),
    };
  }

  /** The process has been started: it is listened to. */
  begin(process: ProcessIdentity): void {
    this.#process = process;
    this.#pipe?.handOver();
    this.#pipe?.listen({
      ready: () => this.#sayReady(),
      failed: (reason) => this.#sayNotReady(reason),
    });
    this.#channel?.listen(
      { ...process, uid: userOf(this.#watcher) },
      {
        ready: () => this.#sayReady(),
        watchdog: () => {
          this.#lastSign = monotonicMs();
        },
        stopping: () => {
          this.#leavingUntil = monotonicMs() + this.#watcher.options.graceful_timeout * 1_000;
        },
        status: (text) => {
          this.statusText = text;
        },
        refused: (what) => {
          const who = `${this.#watcher.name} process [pid ${process.pid}]`;
          this.#means.warn(`${who}: not taken from NOTIFY_SOCKET: ${what}`);
        },
      },
    );
  }

  /** Reports `ready` once it is; asks it again and again, when that is how it is known. */
  awaitReady(): void {
    this.#isAwaited = true;
    const { readiness, readiness_target: target, readiness_timeout } = this.#watcher.options;
    if (this.#hasSaidReady) this.#listener.ready();
    else if (this.#lastReason !== '') this.#listener.notReady(this.#lastReason);
    if (!isProbe(readiness)) return;
    const timeoutMs = Math.min(longestQuestionMs, readiness_timeout * 1_000);
    const question = { kind: readiness, target: target ?? '', timeoutMs };
    const intervalMs = this.#watcher.options.readiness_interval * 1_000;
    const ask = (): void => {
      const slow = setTimeout(() => this.#sayNotReady(`${readiness}: no answer yet`), slowAnswerMs);
      this.#ask(question, (result) => {
        clearTimeout(slow);
        if (!this.#isAwaited) return;
        if (result === null) {
          this.#sayReady();
          return;
        }
        this.#sayNotReady(result);
        this.#timer = setTimeout(ask, intervalMs);
      });
    };
    ask();
  }

  /** Reports `unhealthy`, once, when it does not serve any more. */
  watchLiveness(seed: number): void {
    const { liveness, liveness_target, liveness_timeout, liveness_interval } =
      this.#watcher.options;
    const timeoutMs = liveness_timeout * 1_000;
    if (liveness === 'watchdog') this.#watchSigns(timeoutMs);
    if (!isProbe(liveness)) return;
    const question = { kind: liveness, target: liveness_target ?? '', timeoutMs };
    const intervalMs = liveness_interval * 1_000;
    this.#askAgain(question, intervalMs, monotonicMs() + intervalMs * ((seed * goldenRatio) % 1));
  }

  /** It is on its way out: nothing more is asked or reported. */
  rest(): void {
    this.#over.abort();
    clearTimeout(this.#timer);
  }

  /** It has ended, or was not started. */
  close(): void {
    this.rest();
    this.#pipe?.close();
    this.#channel?.close();
  }

  #readLines(pattern: string): LineListener {
    return (data) => {
      if (!this.#hasSaidReady && hasMatchingLine(data, pattern)) this.#sayReady();
    };
  }

  #sayReady(): void {
    if (this.#hasSaidReady || this.#over.signal.aborted) return;
    this.#hasSaidReady = true;
    this.#pipe?.close();
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    this.#listener.ready();
  }

  #sayNotReady(reason: string): void {
    if (reason === this.#lastReason || this.#over.signal.aborted) return;
    this.#lastReason = reason;
    if (this.#isAwaited) this.#listener.notReady(reason);
  }

  #watchSigns(timeoutMs: number): void {
    this.#lastSign = monotonicMs();
    const look = (): void => {
      // What has come while circusd itself was busy counts.
      this.#channel?.drain();
      if (this.#over.signal.aborted) return;
      const left = this.#lastSign + timeoutMs - monotonicMs();
      if (left > 0) this.#timer = setTimeout(look, left);
      else this.#listener.unhealthy(`liveness: no WATCHDOG=1 within ${timeoutMs / 1_000} s`);
    };
    this.#timer = setTimeout(look, timeoutMs);
  }

  /** Asks at the beat after `dueMs`, and one interval after that, not after the answer. */
  #askAgain(question: Asked, intervalMs: number, dueMs: number, failures = 0): void {
    const beat = Math.min(beatMs, intervalMs);
    const atMs = Math.ceil(Math.max(dueMs, monotonicMs()) / beat) * beat;
    this.#timer = setTimeout(() => {
      this.#ask(question, (result, isShortage) => {
        const isExcused = monotonicMs() < this.#leavingUntil;
        const more = isShortage ? failures : failures + 1;
        const count = result === null || isExcused ? 0 : more;
        const limit = this.#watcher.options.liveness_failures;
        if (count < limit) {
          this.#askAgain(question, intervalMs, atMs + intervalMs, count);
          return;
        }
        const times = limit === 1 ? '' : `, ${limit} times in a row`;
        this.#listener.unhealthy(`liveness ${question.kind}: ${result}${times}`);
      });
    }, atMs - monotonicMs());
  }

  /** Calls back with the answer, unless it is not wanted any more by then. */
  #ask(question: Asked, then: (result: ProbeResult, isShortage: boolean) => void): void {
    const tell = (result: ProbeResult, isShortage = false): void => {
      if (!this.#over.signal.aborted) then(result, isShortage);
    };
    this.#probe(question).then(
      (result) => tell(result),
      // That circusd could not ask, for want of descriptors, is not the process's fault.
      (error: unknown) => tell(shorten(messageOf(error)), isPassing(error)),
    );
  }

  /** @throws Error the target cannot be made out, or its turn never came */
  async #probe(asked: Asked): Promise<ProbeResult> {
    asked.question ??= this.#prepare(asked);
    return await asked.question(asked.timeoutMs);
  }

  #prepare({ kind, target: text }: Asked): Question {
    const { commandGate, connectionGate, runCommand } = this.#means;
    const env = { ...buildEnvironment(this.#watcher, process.env), ...this.env };
    const pid = this.#process?.pid ?? 0;
    const target = buildProbeTarget(kind, text, { wid: this.#wid, pid, env });
    const { name } = this.#watcher;
    const { signal } = this.#over;
    if (target.kind !== 'exec') {
      const question = prepareQuestion(target, this.#means.poll);
      return (timeoutMs) => connectionGate.run(name, signal, () => question(timeoutMs));
    }
    const request = {
      ...identityOptions(this.#watcher),
      argv: target.argv,
      env: { ...env, CIRCUS_PID: String(pid), CIRCUS_WID: String(this.#wid) },
      signal,
      // What a command leaves behind and cannot be found ends with the process, at the latest.
      mark: this.#ticket,
      endsItsGroup: true,
    };
    return (timeoutMs) => {
      const job = () => probeCommand(runCommand, { ...request, timeoutMs });
      return commandGate.run(name, signal, job);
    };
  }
}

/** What is asked again and again. */
interface Asked {
  readonly kind: ProbeKind;
  readonly target: string;
  readonly timeoutMs: number;
  question?: Question;
}

/** The first number that no socket has. */
function firstFree({ descriptors }: WorkerSockets): number {
  return Math.max(2, ...descriptors.map(({ target }) => target)) + 1;
}
