/** What a benchmark is given, and what it gives back. */

/** How much is measured. */
export interface Scale {
  /** Workers under one watcher. */
  readonly workers: number;
  /** Repetitions, of which the median counts: the machine does other things too. */
  readonly rounds: number;
  /** Workers that are killed, one after another. */
  readonly kills: number;
  /** How long an idle circusd is watched, in seconds. */
  readonly idleSeconds: number;
  /** Flags of node for every circusd. */
  readonly nodeFlags: readonly string[];
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  /** `undefined`: it could not be measured; the note says why. */
  readonly value: number | undefined;
  readonly unit: 'ms' | '%' | 'MB' | 'x';
  /** The value must not be higher. */
  readonly target?: number;
  /** The value must not be lower. */
  readonly atLeast?: number;
  readonly note?: string;
}

/** Measures one thing with daemons of its own. */
export type Benchmark = (scale: Scale) => Promise<Row[]>;
