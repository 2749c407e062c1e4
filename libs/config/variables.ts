/**
 * Variables in options (protocol 6.6): `$(circus.X)` and `((circus.X))`, and the older forms that the
 * manual shows: `$WID`, `$(WID)`, `$(ENV.VAR)`, `${socket:NAME}`, `${circus.sockets.NAME}`.
 */
import type { Json } from '#libs/protocol';

/**
 * The value of a variable: `env.HOME`, `wid`, `sockets.web`, `numprocesses`; its name comes as it was
 * written, without `circus.`. `undefined` when there is none.
 */
export type VariableLookup = (name: string) => string | undefined;

/** Of `$WID` the capitals count, tested below: in a shell's line `$wid` is somebody's own variable. */
const variables = new RegExp(
  [
    String.raw`\$\(circus\.([\w.-]+)\)`,
    String.raw`\(\(circus\.([\w.-]+)\)\)`,
    String.raw`\$\{circus\.([\w.-]+)\}`,
    String.raw`\$\((wid|env\.[\w.-]+)\)`,
    String.raw`\$\{socket:([^}]+)\}`,
    String.raw`\$wid(?!\w)`,
  ].join('|'),
  'gi',
);

/** Replaces every variable that has a value; the others are left as they are. Values are not searched. */
export function substitute(text: string, lookup: VariableLookup): string {
  return text.replace(variables, (written, first, second, third, old, socket) => {
    const name = first ?? second ?? third ?? old;
    if (name !== undefined) return lookup(name) ?? written;
    if (socket !== undefined) return lookup(`sockets.${socket}`) ?? written;
    return written === '$WID' ? (lookup('wid') ?? written) : written;
  });
}

/** Finds `env.NAME` alone, in any case; of two names that differ in case only, the one as written. */
export function environmentVariables(
  env: Readonly<Record<string, string | undefined>>,
): VariableLookup {
  const find = anyCase(env);
  return (name) => (/^env\./i.test(name) ? find(name.slice('env.'.length)) : undefined);
}

/** What a worker's variables are made of. */
export interface VariableSources {
  readonly env: Readonly<Record<string, string>>;
  readonly wid: number | string;
  /** Descriptor numbers by socket name. */
  readonly sockets: Readonly<Record<string, number>>;
  /** By option name, as the console prints them; also `rlimits` and `use_fds`. */
  readonly options: Readonly<Record<string, string>>;
}

/** All variables that a command line knows when a worker is started. */
export function workerVariables(sources: VariableSources): VariableLookup {
  const env = environmentVariables(sources.env);
  const socket = anyCase(sources.sockets);
  const option = anyCase(sources.options);
  return (name) => {
    const lower = name.toLowerCase();
    if (lower === 'wid') return String(sources.wid);
    if (lower.startsWith('env.')) return env(name);
    if (lower.startsWith('sockets.')) return socket(name.slice('sockets.'.length));
    return option(name);
  };
}

function anyCase(
  values: Readonly<Record<string, Json | undefined>>,
): (name: string) => string | undefined {
  const lowered = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) lowered.set(name.toLowerCase(), String(value));
  }
  return (name) =>
    Object.hasOwn(values, name) && values[name] !== undefined
      ? String(values[name])
      : lowered.get(name.toLowerCase());
}
