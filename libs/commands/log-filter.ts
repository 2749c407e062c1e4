/** What the flags of `logs` ask for. */
import { type JsonObject, type LogPiece, messageOf } from '#libs/protocol';
import { type CommandLine, UsageError } from './command.ts';
import { given } from './given.ts';

/** More lines than circusd keeps. */
const allLines = 1_000_000;

/** As typed. */
export interface LogFilter {
  /** Of each watcher. */
  readonly count: number;
  /** The properties of the request but `follow`. */
  readonly properties: JsonObject;
  readonly expression: RegExp | undefined;
  /** Whether it is asked for, as far as is known of a piece. */
  isMeant(piece: LogPiece): boolean;
}

/** @throws UsageError a flag has a wrong value */
export function readLogFilter({ words, flags }: CommandLine): LogFilter {
  const { lines = '100', since, stdout, stderr, pid, grep } = flags;
  if (stdout === true && stderr === true) throw new UsageError('give --stdout or --stderr');
  const stream = stdout === true ? 'stdout' : stderr === true ? 'stderr' : undefined;
  const count = readCount('--lines', lines, /^\d+$/);
  const process = pid === undefined ? undefined : readCount('--pid', pid, /^[1-9]\d*$/);
  const expression = grep === undefined ? undefined : readExpression(String(grep));
  const names = new Set(words.map((word) => word.toLowerCase()));
  return {
    count,
    expression,
    properties: {
      name: [...words],
      lines: expression === undefined ? count : allLines,
      ...given({ since: readAge(since), stream, pid: process }),
    },
    isMeant: (piece) => {
      const isWatcher = names.size === 0 || names.has(piece.watcher.toLowerCase());
      const isStream = stream === undefined || piece.stream === null || piece.stream === stream;
      return isWatcher && isStream && (process === undefined || piece.pid === process);
    },
  };
}

function readCount(flag: string, text: string | true, form: RegExp): number {
  if (typeof text === 'string' && form.test(text)) return Number(text);
  throw new UsageError(`${flag} should be a number, not '${text}'`);
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function readAge(text: string | true | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(String(text)) ?? [];
  if (number !== undefined) return Number(number) * (unitSeconds[unit || 's'] ?? 1);
  throw new UsageError(`--since should be an age such as 30s, 10m, 2h or 1d, not '${text}'`);
}

function readExpression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new UsageError(`--grep: ${messageOf(error)}`);
  }
}
