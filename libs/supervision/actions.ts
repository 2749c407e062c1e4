/** What the core wants done. The arbiter performs actions in order and feeds back what happened. */
import type { EventName } from '#libs/protocol';
import type { HookName } from './rules.ts';

/** The values that an event's payload adds to time, seq and wseq. */
export type EventFacts = Readonly<Record<string, string | number | boolean | null>>;

/** One thing to do. A process is named by its ticket, too: it may die before an action's turn comes. */
export type Action =
  /** Answer with `spawned` or `spawn_failed`. */
  | { type: 'spawn'; key: string; wid: number; ticket: number }
  /** Watch for readiness; answer with `ready`. */
  | { type: 'await_ready'; key: string; wid: number; ticket: number; pid: number }
  /** Look after it for as long as it lives; answer with `unhealthy`, should it be. */
  | { type: 'watch_liveness'; key: string; wid: number; ticket: number; pid: number }
  /** Remember the descendants, then send; publish `kill` for each process signalled. */
  | {
      type: 'signal';
      key: string;
      ticket: number;
      pid: number;
      signum: number;
      withChildren: boolean;
    }
  /** SIGHUP for a reload: no `kill` event. */
  | { type: 'hup'; key: string; ticket: number; pid: number }
  /** SIGKILL to the process, its group and every descendant; publish `kill` for each. */
  | { type: 'kill_tree'; key: string; ticket: number; pid: number }
  /** Signal what a dead process left; answer with `remains_gone` when it is. */
  | { type: 'end_remains'; key: string; pid: number; ticket: number; signum: number }
  | { type: 'kill_remains'; key: string; pid: number; ticket: number }
  /** All processes of a watcher live on without us (`rm --nostop`). */
  | { type: 'release'; key: string }
  | { type: 'publish'; key: string; event: EventName; facts: EventFacts }
  /** Run a hook; with a gate, answer with `verdict`. */
  | {
      type: 'hook';
      key: string;
      hook: HookName;
      gate: number | null;
      facts: Readonly<Record<string, number | null>>;
    }
  | { type: 'watch_demand'; key: string }
  | { type: 'unwatch_demand'; key: string }
  /** The watcher is no more. */
  | { type: 'removed'; key: string }
  /** Words for the log and for the one who looks at the watcher. */
  | { type: 'report'; key: string; level: 'info' | 'warn' | 'error'; text: string }
  | { type: 'finish'; wait: number; result: WaitResult }
  | { type: 'fail'; wait: number; reason: string }
  /** Ask whatever else lives below circusd to end; answer with `strays_gone`. */
  | { type: 'end_strays' }
  | { type: 'kill_strays' }
  /** Nothing is left: circusd may exit. */
  | { type: 'end' };

/** Pids of a command about one watcher, as a waiting client is told (protocol 2.2); else empty. */
export interface WaitResult {
  readonly started: readonly number[];
  readonly stopped: readonly number[];
  readonly kept: readonly number[];
}
