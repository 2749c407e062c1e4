/**
 * The questions that circusd asks of processes. Each is one attempt with a time limit and a bounded
 * answer; none runs code of a user inside circusd.
 */
import { request } from 'node:http';
import { connect, type NetConnectOpts } from 'node:net';
import type { ProbeTarget } from '#libs/config';
import { type CommandRequest, type CommandResult, errnoName, isPassing } from '#libs/native';
import { messageOf } from '#libs/protocol';

/** What came of a question: null is well, otherwise why not, for people. */
export type ProbeResult = string | null;

/** Of an answer no more is looked at. */
export const maxBodyBytes = 64 * 1024;
const maxOutputBytes = 4 * 1024;
const maxReasonLength = 200;

/** Connects, and closes the connection again. */
export function probeTcp(
  target: Extract<ProbeTarget, { kind: 'tcp' }>,
  timeoutMs: number,
): Promise<ProbeResult> {
  const options: NetConnectOpts =
    'path' in target ? { path: target.path } : { host: target.host, port: target.port };
  return new Promise((resolve) => {
    const socket = connect(options);
    const finish = (result: ProbeResult): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish(tooSlow('no connection', timeoutMs)), timeoutMs);
    socket.on('connect', () => finish(null));
    socket.on('error', (error) => finish(describeError(error)));
  });
}

/** GET; a status of 200 to 399 is well. The body is read to its end, or as far as it is bounded. */
export function probeHttp(url: URL, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const headers = { 'user-agent': 'circusd', connection: 'close' };
    const call = request(url, { agent: false, headers, maxHeaderSize: 16 * 1024 });
    const finish = (result: ProbeResult): void => {
      clearTimeout(timer);
      call.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish(tooSlow('no answer', timeoutMs)), timeoutMs);
    call.on('response', (response) => {
      const result = judgeStatus(response.statusCode ?? 0);
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxBodyBytes) finish(result);
      });
      response.on('end', () => finish(result));
      response.on('error', (error) => finish(describeError(error)));
    });
    call.on('error', (error) => finish(describeError(error)));
    call.end();
  });
}

/** Runs a command to its end; exit code 0 is well. @throws SpawnError we lack means */
export async function probeCommand(
  run: (request: CommandRequest) => Promise<CommandResult>,
  request: Omit<CommandRequest, 'maxOutputBytes'>,
): Promise<ProbeResult> {
  try {
    const result = await run({ ...request, maxOutputBytes });
    return describeResult(result, request.timeoutMs);
  } catch (error) {
    if (isPassing(error)) throw error;
    return shorten(messageOf(error));
  }
}

function describeResult(result: CommandResult, timeoutMs: number): ProbeResult {
  const { exitCode, signal, timedOut, failedBeforeExec } = result;
  if (timedOut) return tooSlow('the command has not ended', timeoutMs);
  if (failedBeforeExec) return 'limits or user could not be set before the command';
  if (exitCode === 0) return null;
  const ending = exitCode === null ? `signal ${signal}` : `exit code ${exitCode}`;
  const [line = ''] = `${result.stderr}\n${result.stdout}`.split('\n').filter(Boolean);
  return line === '' ? ending : shorten(`${ending}: ${line}`);
}

/** Whether a status is well. */
export function judgeStatus(status: number): ProbeResult {
  return status >= 200 && status < 400 ? null : `status ${status}`;
}

export function tooSlow(what: string, timeoutMs: number): string {
  return `${what} within ${timeoutMs / 1_000} s`;
}

/** `connect ECONNREFUSED 127.0.0.1:80`, also of a name with several addresses. */
function describeError(error: Error & { errno?: number | string; code?: string }): string {
  if (error.message !== '') return shorten(error.message);
  return error.code ?? (typeof error.errno === 'number' ? errnoName(-error.errno) : error.name);
}

/** One line that can be shown: what a program says about itself may be anything. */
export function shorten(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return line.length <= maxReasonLength ? line : `${line.slice(0, maxReasonLength - 1)}…`;
}
