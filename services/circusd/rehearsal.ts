/**
 * Whether a program can take over from a circusd: it is run beside it, once, on the state of that
 * moment. Both ends of that conversation are here.
 */
import { closeSync } from 'node:fs';
import type { Baggage } from '#libs/arbiter';
import { checkSaved } from '#libs/arbiter';
import { type CommandRequest, type CommandResult, createMemoryFile } from '#libs/native';
import { CircusError } from '#libs/protocol';
import { readState, type SavedDaemon, writeState } from './saved-state.ts';

/** Where the program finds the state. */
const stateFd = 3;

const maxOutputBytes = 16 * 1024;

/** What is told to the program that asks. */
interface Consent {
  readonly can_resume: { readonly pid: number; readonly generation: number };
  readonly version: string;
}

/** The new program's side: tries all that can be tried without touching anything. Gives what to print. */
export function rehearse(version: string, fd: number): string {
  const { saved, unpack } = readState(fd);
  checkSaved(saved.arbiter, unpack);
  const { pid, arbiter } = saved;
  const consent: Consent = { can_resume: { pid, generation: arbiter.generation }, version };
  return JSON.stringify(consent);
}

/** The old program's side. */
export interface RehearsalRequest {
  readonly argv: readonly string[];
  readonly patienceMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly run: (request: CommandRequest) => Promise<CommandResult>;
  readonly describe: (baggage: Baggage) => Omit<SavedDaemon, 'descriptors'>;
}

/**
 * Runs the new program on a copy of the state; gives its version.
 *
 * @throws CircusError `failed`: it cannot take over
 */
export async function askToRehearse(request: RehearsalRequest): Promise<string> {
  const { argv, patienceMs } = request;
  const fd = createMemoryFile('circusd-state');
  let generation = 0;
  try {
    writeState(fd, (baggage) => {
      const described = request.describe(baggage);
      generation = described.arbiter.generation;
      return described;
    });
    const result = await request.run({
      argv: [...argv, '--can-resume', String(stateFd)],
      env: request.env,
      descriptors: [{ source: fd, target: stateFd }],
      timeoutMs: patienceMs,
      maxOutputBytes,
    });
    return judge(result, request, generation);
  } catch (error) {
    if (error instanceof CircusError) throw error;
    throw refusal(argv, error instanceof Error ? error.message : String(error));
  } finally {
    closeSync(fd);
  }
}

function judge(
  result: CommandResult,
  { argv, patienceMs }: RehearsalRequest,
  generation: number,
): string {
  if (result.timedOut) {
    throw refusal(argv, `it has said nothing for ${patienceMs / 1_000} s, and was killed`);
  }
  const { exitCode, signal } = result;
  const ending = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  const said = result.stderr.trim() || result.stdout.trim();
  if (exitCode !== 0) throw refusal(argv, said === '' ? ending : `${ending}: ${lastPart(said)}`);
  const consent = readConsent(result.stdout);
  const { pid, generation: read } = consent?.can_resume ?? {};
  // Not every program that ends well has understood the question.
  if (consent === undefined || pid !== process.pid || read !== generation) {
    throw refusal(argv, `it does not say that it can: ${lastPart(said) || 'it says nothing'}`);
  }
  return consent.version;
}

function readConsent(text: string): Consent | undefined {
  try {
    const consent: unknown = JSON.parse(text);
    const isOne = typeof consent === 'object' && consent !== null && 'can_resume' in consent;
    return isOne ? (consent as Consent) : undefined;
  } catch {
    return undefined;
  }
}

function refusal(argv: readonly string[], reason: string): CircusError {
  return new CircusError('failed', `not upgraded, ${argv.join(' ')} cannot take over: ${reason}`);
}

/** Of a stack trace or a usage the first lines say what it is. */
function lastPart(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}...` : text;
}
