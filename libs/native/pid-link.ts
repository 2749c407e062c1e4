/**
 * A link of the exec chain that tells a process its own pid in an environment variable, as systemd's
 * LISTEN_PID wants it: nobody else can know it before the process runs. sh(1) is what every machine
 * has that can do it.
 */

/** Names that a shell takes over from its environment; dash drops all others. */
const shellName = /^[A-Za-z_]\w*$/;

/** Variables that shells make when they are not there. */
const shellsOwn = ['PWD', 'OLDPWD', 'SHLVL'];

/**
 * The words in front of a command: `sh -c '...' sh`, and env(1) for variables that the shell would
 * lose. Sets the variable to the pid and leaves all others as they are in `env`.
 */
export function pidLink(variable: string, env: Readonly<Record<string, string>>): string[] {
  const made = shellsOwn.filter((name) => env[name] === undefined);
  const unset = made.length === 0 ? '' : `unset ${made.join(' ')}; `;
  const script = `${unset}${variable}=$$; export ${variable}; exec "$@"`;
  const lost = Object.entries(env).filter(([name]) => !shellName.test(name));
  const restore = lost.map(([name, value]) => `${name}=${value}`);
  return [
    '/bin/sh',
    '-c',
    script,
    'sh',
    ...(restore.length === 0 ? [] : ['/usr/bin/env', ...restore]),
  ];
}
