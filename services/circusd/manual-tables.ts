/** What `--help`, the manual page and the reference tell of circusd beside its flags. */

/** Exit codes of circusd. */
export const exitCodes = { ok: 0, badConfiguration: 1, badFlag: 2 } as const;

/** What each means, for whoever runs it. */
export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.ok, 'ended as asked'],
  [exitCodes.badConfiguration, 'a fault in the configuration, an endpoint or pid file in use'],
  [exitCodes.badFlag, 'an unknown flag, or a wrong value of one'],
];

/** Signals that circusd listens to. */
export const signalMeanings: readonly (readonly [signals: string, meaning: string])[] = [
  ['TERM INT QUIT', 'end all processes gracefully, then exit; a second one kills at once'],
  ['HUP', 'reload all watchers gracefully'],
  ['USR1', 'open the log file again'],
  ['USR2', 'become the newer circusd on disk, without a restart: circusctl upgrade'],
];

/** Lines to try, and what they do. */
export const examples: readonly (readonly [line: string, meaning: string])[] = [
  ['circusd circus.ini', 'run in the foreground, log to standard error'],
  ['circusd --check circus.ini', 'tell every fault of a configuration, run nothing'],
  ['circusd --log-level debug circus.ini', 'say more'],
  ['circusd --daemon --pidfile circusd.pid circus.ini', 'run in the background'],
];
