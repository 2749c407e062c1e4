/**
 * A link of the exec chain that does what only the process itself can: it tells its own pid in an
 * environment variable, as systemd's LISTEN_PID wants it, and sets its umask. sh(1) is what every
 * machine has that can do both.
 */

/** Names that a shell takes over from its environment; dash drops all others. */
const shellName = /^[A-Za-z_]\w*$/;

/** Variables that shells make when they are not there. */
const shellsOwn = ['PWD', 'OLDPWD', 'SHLVL'];

/** What the link is for. */
interface ShellRequest {
  readonly env: Readonly<Record<string, string>>;
  readonly pidVariable?: string;
  readonly umask?: number | undefined;
}

/**
 * The words in front of a command: `sh -c '...' sh`, and env(1) for variables that the shell would
 * lose. Leaves all other variables as they are in `env`. Empty when there is nothing to do.
 */
export function shellLink({ env, pidVariable, umask }: ShellRequest): string[] {
  const steps: string[] = [];
  if (pidVariable !== undefined) steps.push(`${pidVariable}=$$`, `export ${pidVariable}`);
  if (umask !== undefined) steps.push(`umask ${umask.toString(8)}`);
  if (steps.length === 0) return [];
  const made = shellsOwn.filter((name) => env[name] === undefined);
  if (made.length > 0) steps.unshift(`unset ${made.join(' ')}`);
  const script = [...steps, 'exec "$@"'].join('; ');
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
