/** What is done to a daemon, and how often. */

const stormCommands = [
  'reload',
  'sequential_reload',
  'terminating_reload',
  'set',
  'set_umask',
  'incr',
  'decr',
  'restart',
  'stop',
  'start',
  'kill',
  'reset',
] as const;

/** A command that a storm sends. */
export type StormCommand = (typeof stormCommands)[number];

/** One kind of storm. */
export interface Profile {
  /** Milliseconds between two SIGKILLs; null: none. */
  readonly killEveryMs: number | null;
  /** Milliseconds between two commands. */
  readonly commandEveryMs: number;
  readonly commands: readonly StormCommand[];
  /** Quits in the middle of it instead of waiting until all is well again. */
  readonly quitsInStorm: boolean;
}

const gentle: readonly StormCommand[] = ['reload', 'set', 'set_umask', 'incr', 'decr', 'restart'];

/** By name. */
export const profiles: Readonly<Record<string, Profile>> = {
  'kill-storm': {
    killEveryMs: 50,
    commandEveryMs: 400,
    commands: gentle,
    quitsInStorm: false,
  },
  commands: {
    killEveryMs: null,
    commandEveryMs: 50,
    commands: stormCommands,
    quitsInStorm: false,
  },
  mixed: {
    killEveryMs: 20,
    commandEveryMs: 50,
    commands: stormCommands,
    quitsInStorm: false,
  },
  quit: {
    killEveryMs: 20,
    commandEveryMs: 50,
    commands: stormCommands,
    quitsInStorm: true,
  },
};
