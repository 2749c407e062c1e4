/** One process, seen from outside (manual 5.9.2 "Process"). */
import { childrenOf, type ProcessIdentity, sendSignal } from '#libs/native';
import { ProcessMeter, readProcessStat } from '#libs/process-info';
import { CircusError, type JsonObject, parseSignal } from '#libs/protocol';

/** What `status` can be, under the manual's names. */
export const processStatus = {
  RUNNING: 0,
  DEAD_OR_ZOMBIE: 1,
  UNEXISTING: 2,
  OTHER: 3,
} as const;

/** One of the four constants. */
export type ProcessStatus = (typeof processStatus)[keyof typeof processStatus];

const meter = new ProcessMeter();

/** States of proc(5) that count as running. */
const running = new Set(['R', 'S', 'D', 'I']);
const dead = new Set(['Z', 'X', 'x']);

/** A process that was started, whoever keeps it. It is never mistaken for another with its pid. */
export class ProcessHandle {
  static readonly RUNNING = processStatus.RUNNING;
  static readonly DEAD_OR_ZOMBIE = processStatus.DEAD_OR_ZOMBIE;
  static readonly UNEXISTING = processStatus.UNEXISTING;
  static readonly OTHER = processStatus.OTHER;

  /** What the process was started as: `$WID` in its command. */
  readonly wid: number | string;
  readonly #identity: ProcessIdentity;

  constructor(wid: number | string, identity: ProcessIdentity) {
    this.wid = wid;
    this.#identity = identity;
  }

  get pid(): number {
    return this.#identity.pid;
  }

  /** `RUNNING`, `DEAD_OR_ZOMBIE`, `UNEXISTING` or `OTHER`, such as stopped by a signal. */
  get status(): ProcessStatus {
    const stat = this.#stat();
    if (stat === undefined) return processStatus.UNEXISTING;
    if (dead.has(stat.state)) return processStatus.DEAD_OR_ZOMBIE;
    return running.has(stat.state) ? processStatus.RUNNING : processStatus.OTHER;
  }

  /**
   * Sends a signal, by name or number. Manual: send_signal.
   *
   * @returns false when the process is gone
   * @throws CircusError `invalid_message`: no such signal; SystemError EPERM
   */
  sendSignal(signal: string | number): boolean {
    return sendSignal(this.#identity, parseSignal(signal)) === 'sent';
  }

  /** Seconds since it was started; 0 when it is gone. */
  age(): number {
    const info = this.info();
    if (typeof info === 'string') return 0;
    const { age } = info;
    return typeof age === 'number' ? age : 0;
  }

  /** What the manual lists, as `stats` gives it, or that there is no such process. */
  info(): JsonObject | string {
    const info = this.#stat() === undefined ? undefined : meter.describe(this.pid);
    return info ?? 'No such process (stopped?)';
  }

  /** Pids of its children. */
  children(): number[] {
    return this.#children().map(({ pid }) => pid);
  }

  /** Manual: is_child. */
  isChild(pid: number): boolean {
    return this.children().includes(pid);
  }

  /**
   * Signals one child. Manual: send_signal_child.
   *
   * @throws CircusError `not_found`: it is no child of the process
   */
  sendSignalChild(pid: number, signal: string | number): void {
    const child = this.#children().find((candidate) => candidate.pid === pid);
    if (child === undefined) throw new CircusError('not_found', `child ${pid} not found`);
    sendSignal(child, parseSignal(signal));
  }

  /** Signals all children. Manual: send_signal_children. */
  sendSignalChildren(signal: string | number): void {
    const signum = parseSignal(signal);
    for (const child of this.#children()) sendSignal(child, signum);
  }

  #children(): readonly ProcessIdentity[] {
    return this.#stat() === undefined ? [] : childrenOf(this.pid);
  }

  #stat(): ReturnType<typeof readProcessStat> {
    const stat = readProcessStat(this.pid);
    return stat?.startTime === this.#identity.startTime ? stat : undefined;
  }
}
