/** A running process as the arbiter knows it: which slot it fills, and whom it has brought forth. */
import type { ProcessIdentity } from '#libs/native';

/** One spawned process. */
export interface Worker {
  readonly key: string;
  readonly wid: number;
  readonly ticket: number;
  readonly identity: ProcessIdentity;
  /** Epoch seconds just before the spawn: the time of its spawn event. */
  readonly spawnedAt: number;
  /** Whether it was asked to end, or killed, by us. */
  isSignalled: boolean;
  /** Descendants seen when it was last signalled; some may be gone. */
  family: readonly ProcessIdentity[];
}
