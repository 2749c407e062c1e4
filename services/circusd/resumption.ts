/** The beginning of a circusd that another program of its process has handed over. */
import { closeSync } from 'node:fs';
import { setCloseOnExec } from '#libs/native';
import { type ReadState, readState } from './saved-state.ts';
import { stateVariable } from './upgrade.ts';

/**
 * The state that this process was handed; `undefined` when it starts anew. To be called once, before
 * any process is started: what was kept open is ours alone again.
 *
 * @throws Error it cannot be read
 */
export function takeState(env: NodeJS.ProcessEnv): ReadState | undefined {
  const word = env[stateVariable];
  delete env[stateVariable];
  if (word === undefined) return undefined;
  const fd = Number(word);
  const state = readState(fd);
  closeSync(fd);
  for (const kept of state.saved.descriptors) setCloseOnExec(kept, true);
  return state;
}
