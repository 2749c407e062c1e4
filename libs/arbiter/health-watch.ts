/** Readiness and liveness of all processes, by the tickets that the core knows them by. */
import type { WatcherConfig } from '#libs/config';
import {
  type CommandRequest,
  type CommandResult,
  DescriptorPoll,
  type ProcessIdentity,
} from '#libs/native';
import { NotifyPoll } from './notify-channel.ts';
import { ProbeGate } from './probe-gate.ts';
import { type HealthListener, type HealthMeans, WorkerHealth } from './worker-health.ts';
import type { WorkerSockets } from './worker-sockets.ts';

/** Commands that run at once, and connections; of one watcher no more than the share. */
const commandLimits = { limit: 128, share: 4 };
const connectionLimits = { limit: 1_024, share: 32 };

/** An answer of this machine is mostly there by then. */
const answerPauseMs = 5;

/** The part of its owner that it needs. */
export interface HealthOwner {
  runCommand(request: CommandRequest): Promise<CommandResult>;
  warn(text: string): void;
}

/** Processes that report, or are asked. */
export class HealthWatch {
  readonly #byTicket = new Map<number, WorkerHealth>();
  readonly #notify = new NotifyPoll();
  readonly #answers = new DescriptorPoll({ pauseMs: answerPauseMs });
  readonly #means: HealthMeans;

  constructor(owner: HealthOwner) {
    this.#means = {
      openChannel: () => this.#notify.open(),
      poll: this.#answers,
      runCommand: (request) => owner.runCommand(request),
      warn: (text) => owner.warn(text),
      commandGate: new ProbeGate(commandLimits),
      connectionGate: new ProbeGate(connectionLimits),
    };
  }

  /**
   * Before a process is started: what it is to be given. `undefined` when nobody asks about it.
   *
   * @throws SystemError EMFILE
   */
  prepare(
    watcher: WatcherConfig,
    place: { wid: number; ticket: number; sockets: WorkerSockets },
    listener: HealthListener,
  ): WorkerHealth | undefined {
    const { readiness, liveness } = watcher.options;
    if (readiness === 'none' && liveness === 'none') return undefined;
    return new WorkerHealth(watcher, place, this.#means, listener);
  }

  /** The process has been started. */
  begin(ticket: number, health: WorkerHealth, process: ProcessIdentity): void {
    this.#byTicket.set(ticket, health);
    health.begin(process);
  }

  awaitReady(ticket: number): void {
    this.#byTicket.get(ticket)?.awaitReady();
  }

  watchLiveness(ticket: number): void {
    this.#byTicket.get(ticket)?.watchLiveness(ticket);
  }

  /** A process was asked to end. */
  rest(ticket: number): void {
    this.#byTicket.get(ticket)?.rest();
  }

  /** A process has ended, or is not ours any more. */
  forget(ticket: number): void {
    this.#byTicket.get(ticket)?.close();
    this.#byTicket.delete(ticket);
  }

  /** What a process says of itself; empty when it says nothing. */
  statusText(ticket: number): string {
    return this.#byTicket.get(ticket)?.statusText ?? '';
  }

  close(): void {
    for (const ticket of [...this.#byTicket.keys()]) this.forget(ticket);
    this.#notify.close();
    this.#answers.close();
  }
}
