/** What can happen to the core. Every event carries the time; those that draw lots, a number. */
import type { ReloadRecord, StopOrder } from './model.ts';
import type { WatcherRules } from './rules.ts';

/** A command. `wait` names the answer that it gets, once, as a `finish` or `fail` action. */
export type CommandEvent =
  | { type: 'add'; key: string; name: string; rules: WatcherRules; start: boolean; wait: number }
  | { type: 'remove'; key: string; nostop: boolean; wait: number }
  | { type: 'start'; keys: readonly string[]; isOne: boolean; wait: number }
  | { type: 'stop'; keys: readonly string[]; isOne: boolean; wait: number }
  | { type: 'restart'; keys: readonly string[]; isOne: boolean; wait: number }
  | {
      type: 'reload';
      keys: readonly string[];
      isOne: boolean;
      how: ReloadRecord['kind'];
      wait: number;
    }
  | { type: 'set'; key: string; rules: WatcherRules; needsReload: boolean; wait: number }
  | { type: 'kill'; key: string; pids: readonly number[]; order: StopOrder; wait: number }
  /** Reloads that are under way or to come are rolled back; the old processes stay. */
  | { type: 'abort'; keys: readonly string[]; wait: number }
  | { type: 'reset'; key: string; wait: number }
  /** A second one, or `atOnce`, kills what is left without waiting. */
  | { type: 'quit'; atOnce: boolean; wait: number };

/** Something outside has happened to a process, or an answer about it is there. */
export type ProcessEvent =
  | { type: 'spawned'; key: string; wid: number; ticket: number; pid: number; random: number }
  | {
      type: 'spawn_failed';
      key: string;
      wid: number;
      ticket: number;
      isPermanent: boolean;
      reason: string;
      random: number;
    }
  | { type: 'ready'; key: string; wid: number; ticket: number }
  /** It was asked whether it is ready, and is not yet. */
  | { type: 'not_ready'; key: string; wid: number; ticket: number; reason: string }
  /** It serves no more, though it lives. */
  | { type: 'unhealthy'; key: string; wid: number; ticket: number; reason: string }
  | {
      type: 'exited';
      key: string;
      wid: number;
      ticket: number;
      /** 0 to 255, minus the signal that killed it, or null when unknown. */
      exitCode: number | null;
      /** Whether descendants of it are still there. */
      hasRemains: boolean;
      /** The program itself was never reached: counts as a failed spawn. */
      failure: string | null;
      random: number;
    };

/** Everything that can happen. */
export type CoreEvent = { readonly now: number } & (
  | CommandEvent
  | ProcessEvent
  /** The verdict of a hook that was asked with this gate number. */
  | { type: 'verdict'; key: string; gate: number; isPassed: boolean }
  /** The last descendant of a dead process is gone. */
  | { type: 'remains_gone'; key: string; ticket: number }
  /** A socket of a dormant watcher has something to read. */
  | { type: 'demand'; key: string }
  /** The daemon-wide pause between two watcher starts is another one. */
  | { type: 'pace'; warmupDelayMs: number }
  /** Nothing is left below circusd. */
  | { type: 'strays_gone' }
  /** Time has passed: look at the deadlines. */
  | { type: 'tick' }
);
