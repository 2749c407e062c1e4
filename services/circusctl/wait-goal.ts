/** What `--wait` waits for, and for which watchers. */
import {
  type Command,
  type CommandLine,
  nameMatcher,
  UsageError,
  type WatcherGoal,
} from '#libs/commands';
import { suggestName } from '#libs/options';
import { withSuggestion } from './suggestion.ts';
import { isSettled, type WatcherSight } from './watcher-sight.ts';

/** A goal and whom it is for. */
export interface WaitPlan {
  readonly goal: WatcherGoal;
  /** Whether circusd is asked to reply at the end of the work; a state in between has passed then. */
  readonly isFinal: boolean;
  /** Whether the command wants its watchers to run: stopped ones will not, then. */
  readonly isEndedByStop: boolean;
  isWanted(name: string): boolean;
}

const goals: readonly WatcherGoal[] = [
  'active',
  'stopped',
  'starting',
  'stopping',
  'settled',
  'gone',
];

/**
 * The plan of a typed line; `undefined` without `--wait`.
 *
 * @throws UsageError there is no such state
 */
export function readWaitPlan(command: Command, line: CommandLine): WaitPlan | undefined {
  const { wait } = line.flags;
  if (wait === undefined) return undefined;
  const typed = typeof wait === 'string' && wait !== '' ? readGoal(wait) : undefined;
  const own = command.settlesIn ?? 'settled';
  const goal = typed ?? (isForOne(line) ? own : settlingAll(own));
  return {
    goal,
    isFinal: goal !== 'starting' && goal !== 'stopping',
    isEndedByStop: goal === 'active' && command.settlesIn !== 'settled',
    isWanted: matcherOf(line),
  };
}

/** The names of the states, for completion. */
export const goalNames: readonly string[] = goals;

/** All that are wanted are where they should be. */
export function isReached(goal: WatcherGoal, sights: readonly WatcherSight[]): boolean {
  if (goal === 'gone') return sights.length === 0;
  return sights.every((sight) => isThere(goal, sight));
}

/** One watcher is where it should be. */
export function isThere(goal: WatcherGoal, sight: WatcherSight): boolean {
  switch (goal) {
    case 'gone':
      return false;
    case 'settled':
    case 'active':
      return isSettled(sight) && (goal === 'settled' || sight.status === goal);
    case 'stopped':
      return isSettled(sight) && sight.status === goal;
    case 'starting':
    case 'stopping':
      return sight.status === goal;
  }
}

function readGoal(text: string): WatcherGoal {
  const goal = goals.find((name) => name === text);
  if (goal !== undefined) return goal;
  const message = `--wait should be one of ${goals.join(', ')}, not '${text}'`;
  throw new UsageError(withSuggestion(message, suggestName(text, goals)));
}

function isForOne({ words: [name], flags }: CommandLine): boolean {
  return name !== undefined && !/[*?[]/.test(name) && flags['match'] !== 'regex';
}

/** Of many some are not to be started (autostart = False). */
function settlingAll(goal: WatcherGoal): WatcherGoal {
  return goal === 'active' ? 'settled' : goal;
}

function matcherOf({ words: [name], flags }: CommandLine): (name: string) => boolean {
  if (name === undefined) return () => true;
  const matches = nameMatcher(String(flags['match'] ?? 'glob'), name);
  return (key) => matches([key]).length > 0;
}
