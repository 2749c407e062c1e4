/** Reading the configuration the way circusd needs it: without a single fault, or not at all. */
import { type CircusConfig, type ConfigChecks, formatFaults, readConfig } from '#libs/config';
import { resolveGroup, resolveProtocol, resolveUser } from '#libs/native';
import { messageOf } from '#libs/protocol';
import { findStreamProblems } from '#libs/streams';
import { listNotYetDone } from './not-yet.ts';
import { StartupError } from './startup-error.ts';

const checks: ConfigChecks = {
  user: (name) => problemOf(() => resolveUser(name)),
  group: (name) => problemOf(() => resolveGroup(name)),
  stream: findStreamProblems,
  protocol: (name) => problemOf(() => resolveProtocol(name)),
};

/**
 * Reads the file and all that it includes.
 *
 * @param onWarning - told of what is suspicious, but no fault
 * @throws StartupError all faults at once, with file, line, section and key
 */
export function requireConfig(file: string, onWarning: (text: string) => void): CircusConfig {
  const { config, faults, warnings } = readConfig(file, process.env, checks);
  for (const warning of warnings) onWarning(formatFaults([warning]));
  if (faults.length > 0) throw new StartupError(formatFaults(faults));
  for (const text of listNotYetDone(config)) onWarning(text);
  return config;
}

function problemOf(resolve: () => unknown): string | undefined {
  try {
    resolve();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
