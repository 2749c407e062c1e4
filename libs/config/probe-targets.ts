/** What readiness and liveness ask: their targets, read and checked. */
import { messageOf } from '#libs/protocol';
import { splitWords } from './shell-words.ts';
import { substitute, workerVariables } from './variables.ts';
import type { WatcherConfig } from './watcher-config.ts';

/** A question that circusd can ask of a process. */
export type ProbeTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'tcp'; readonly path: string }
  | { readonly kind: 'http'; readonly url: URL }
  | { readonly kind: 'exec'; readonly argv: readonly string[] };

/** How one of the two is asked. */
export type ProbeKind = ProbeTarget['kind'];

/** Whom a target is for. */
export interface ProbedWorker {
  readonly wid: number;
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
}

/** Whether a kind of readiness or liveness is a question that circusd asks. */
export function isProbe(kind: string): kind is ProbeKind {
  return kind === 'tcp' || kind === 'http' || kind === 'exec';
}

/**
 * The target for one process, its variables replaced.
 *
 * @throws Error that says what would be right
 */
export function buildProbeTarget(kind: ProbeKind, text: string, worker: ProbedWorker): ProbeTarget {
  const lookup = workerVariables({ ...worker, sockets: {}, options: { pid: String(worker.pid) } });
  return readTarget(kind, substitute(text, lookup));
}

/** What is wrong with the targets of a watcher; each with the option to change. */
export function findProbeProblems(config: WatcherConfig): { name: string; message: string }[] {
  const { options } = config;
  const found: { name: string; message: string }[] = [];
  const asked = [
    ['readiness', options.readiness, options.readiness_target],
    ['liveness', options.liveness, options.liveness_target],
  ] as const;
  for (const [name, kind, target] of asked) {
    const isMissing = needsTarget(kind) && (target === null || target.trim() === '');
    const problem = isMissing ? undefined : problemOf(kind, target);
    if (isMissing) found.push({ name, message: `${kind} needs ${name}_target: ${forms[kind]}` });
    if (problem !== undefined) found.push({ name: `${name}_target`, message: problem });
  }
  if (options.readiness === 'log' && options.close_child_stdout && options.close_child_stderr) {
    const message = 'log needs output: close_child_stdout and close_child_stderr are both True';
    found.push({ name: 'readiness', message });
  }
  return found;
}

/** The descriptor that a watcher has chosen for readiness = fd; `undefined`: the first that is free. */
export function readinessNumber({ options }: WatcherConfig): number | undefined {
  return options.readiness_target === null ? undefined : Number(options.readiness_target);
}

/** Beyond it are descriptors of circusd. */
const highestNumber = 1_023;

function problemOf(kind: string, target: string | null): string | undefined {
  if (kind === 'fd') {
    const isRight = target === null || (/^\d+$/.test(target) && isFree(Number(target)));
    return isRight ? undefined : `is no number of a descriptor from 3 to ${highestNumber}`;
  }
  if (!isProbe(kind) || target === null) return undefined;
  // What a variable stands for is known when there is a process.
  if (/\$\(|\(\(|\$\{|\$wid/i.test(target)) return undefined;
  try {
    readTarget(kind, target);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function needsTarget(kind: string): kind is keyof typeof forms {
  return Object.hasOwn(forms, kind);
}

function isFree(number: number): boolean {
  return number >= 3 && number <= highestNumber;
}

const forms = {
  tcp: 'HOST:PORT, a port, or the path of a UNIX socket',
  http: 'a URL such as http://127.0.0.1:8080/health',
  exec: 'a command line',
  log: 'a text that a line of its output contains, such as Listening at *:8000',
} as const satisfies Readonly<Record<ProbeKind | 'log', string>>;

function readTarget(kind: ProbeKind, text: string): ProbeTarget {
  if (kind === 'tcp') return readAddress(text);
  if (kind === 'http') return { kind, url: readUrl(text) };
  const argv = splitWords(text);
  if (argv.length === 0) throw refusal(kind, text);
  return { kind, argv };
}

function readAddress(text: string): ProbeTarget {
  if (text.startsWith('/')) return { kind: 'tcp', path: text };
  const [, ip6, name = '127.0.0.1', port] =
    /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d+)$/.exec(text) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) throw refusal('tcp', text);
  return { kind: 'tcp', host: ip6 ?? name, port: Number(port) };
}

function readUrl(text: string): URL {
  if (!URL.canParse(text)) throw refusal('http', text);
  const url = new URL(text);
  if (url.protocol !== 'http:') throw refusal('http', text);
  return url;
}

function refusal(kind: ProbeKind, text: string): Error {
  return new Error(`${JSON.stringify(text)} is not ${forms[kind]}`);
}
