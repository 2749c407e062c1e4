/** What `--help` and the manual page tell of circushttpd beside its flags. */

/** Exit codes of circushttpd. */
export const exitCodes = { ok: 0, failed: 1, badFlag: 2 } as const;

/** What each means, for whoever runs it. */
export const exitMeanings: readonly (readonly [code: string, meaning: string])[] = [
  [`${exitCodes.ok}`, 'ended as asked'],
  [`${exitCodes.failed}`, 'cannot start: the address is in use, or the users file cannot be read'],
  [`${exitCodes.badFlag}`, 'an unknown flag, or a wrong value of one'],
];

/** Lines to try, and what they do. */
export const examples: readonly (readonly [line: string, meaning: string])[] = [
  ['circushttpd', 'the console of the circusd on this machine'],
  ['circushttpd --port 9000 --endpoint ipc:///run/circus/ctl', 'of another one'],
  [
    'circushttpd user add --users-file /etc/circus/users --role view anna',
    'a user who may look; asks for the password',
  ],
  [
    'circushttpd --fd $(circus.sockets.webconsole)',
    'in a watcher with use_sockets, on a socket of circusd',
  ],
];
