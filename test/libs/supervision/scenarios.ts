/** Random lives for the core: rules, commands and misfortunes in any order, as plain data. */
import fc from 'fast-check';
import type { HookName, WatcherRules } from '#libs/supervision';
import { type HookAnswer, type SpawnOutcome, wellMannered } from './world.ts';

/** One thing that happens in a scenario. Numbers choose among what there is at that moment. */
export type Move =
  | { readonly do: CommandMove; readonly who: number; readonly how: number }
  | { readonly do: 'wait'; readonly ms: number }
  | {
      readonly do: 'advance' | 'die' | 'repeat' | 'guess' | 'demand' | 'tick';
      readonly who: number;
    };

/** A command in a scenario. */
export type CommandMove = (typeof commandMoves)[number];

export const commandMoves = [
  'add',
  'remove',
  'nostop',
  'start',
  'stop',
  'restart',
  'reload',
  'sequential',
  'abort',
  'count',
  'change',
  'kill',
  'reset',
  'startAll',
  'stopAll',
  'restartAll',
  'reloadAll',
] as const;

/** A whole one. */
export interface Scenario {
  readonly warmupDelayMs: number;
  readonly rules: readonly WatcherRules[];
  /** How spawns turn out, and hooks answer, one after another and over again. */
  readonly outcomes: readonly SpawnOutcome[];
  readonly verdicts: readonly HookAnswer[];
  readonly moves: readonly Move[];
}

/** Names of the watchers of every scenario. */
export const keys: readonly string[] = ['a', 'b', 'c'];

const hookNames: readonly HookName[] = [
  'before_start',
  'after_start',
  'before_stop',
  'after_stop',
  'before_spawn',
  'after_spawn',
  'before_signal',
  'after_signal',
  'before_reap',
  'after_reap',
];

function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(usual, ...others) },
  );
}

function rulesOf(own: number): fc.Arbitrary<WatcherRules> {
  const others = keys.filter((_, index) => index !== own);
  return fc.record({
    numprocesses: fc.constantFrom(1, 2, 3, 0, 5),
    warmupDelayMs: mostly(0, 50),
    gracefulTimeoutMs: fc.constantFrom(100, 30, 0),
    stopSignal: fc.constant(15),
    stopChildren: fc.constant(false),
    sendHup: mostly(false, true),
    maxRetry: fc.constantFrom(3, 2, 1, 0, -1),
    maxAgeMs: mostly(0, 2_000),
    maxAgeVarianceMs: fc.constantFrom(0, 100),
    respawn: mostly(true, false),
    autostart: mostly(true, false),
    singleton: mostly(false, true),
    priority: fc.constantFrom(0, 1, 2),
    onDemand: mostly(false, true),
    readiness: mostly<{ timeoutMs: number } | null>(null, { timeoutMs: 60 }),
    liveness: mostly(false, true),
    dependsOn: mostly<WatcherRules['dependsOn']>(
      [],
      ...others.flatMap((watcher) =>
        (['started', 'ready', 'completed'] as const).map((condition) => [{ watcher, condition }]),
      ),
    ),
    reloadSurge: mostly<number | null>(null, 1, 2),
    hooks: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.subarray([...hookNames]) },
    ),
    backoff: fc.constant({
      initialMs: 100,
      factor: 2,
      maxMs: 3_000,
      minLifeMs: 1_000,
      resetMs: 10_000,
    }),
  });
}

const outcomes: readonly SpawnOutcome[] = [
  wellMannered,
  { ...wellMannered, reactionMs: null },
  { ...wellMannered, readyMs: null },
  { ...wellMannered, healthyMs: 30 },
  { ...wellMannered, healthyMs: 3_000, reactionMs: null },
  { ...wellMannered, lifeMs: 5, exitCode: 1 },
  { ...wellMannered, lifeMs: 40 },
  { ...wellMannered, remainsMs: 25, lifeMs: 60 },
  { ...wellMannered, remainsMs: 500 },
  { ...wellMannered, lifeMs: 2, failure: 'setpriv: no such user', exitCode: 127 },
  { isPermanent: true, reason: 'ENOENT' },
  { isPermanent: false, reason: 'EAGAIN' },
];

const verdicts: readonly HookAnswer[] = [
  { isPassed: true, afterMs: 5 },
  { isPassed: false, afterMs: 5 },
  { isPassed: true, afterMs: 150 },
];

const who = fc.nat({ max: 11 });

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom(...commandMoves), who, how: who }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(3, 1, 20, 110, 700),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('advance', 'die', 'repeat', 'guess', 'demand', 'tick'),
      who,
    }),
  },
);

/** Any scenario of at most this many moves. */
export function scenario(maxMoves: number): fc.Arbitrary<Scenario> {
  return fc.record({
    warmupDelayMs: mostly(0, 40),
    rules: fc.tuple(rulesOf(0), rulesOf(1), rulesOf(2)),
    outcomes: fc.array(
      fc.oneof(
        { weight: 2, arbitrary: fc.constant<SpawnOutcome>(wellMannered) },
        { weight: 1, arbitrary: fc.constantFrom(...outcomes) },
      ),
      { minLength: 1, maxLength: 6 },
    ),
    verdicts: fc.array(mostly(verdicts[0] ?? null, ...verdicts), { minLength: 1, maxLength: 4 }),
    moves: fc.array(move, { minLength: 4, maxLength: maxMoves, size: 'max' }),
  });
}
