import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** One circusctl process and what it has written so far. */
export interface Running {
  readonly process: ChildProcess;
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>;
  /** Waits until standard output matches; fails with what there is after 5 s. */
  printed(pattern: RegExp): Promise<string>;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const deadlineMs = 15_000;

/** Starts the built program. It is killed when it has not ended in 15 s. */
export function startCircusctl(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, ['bin/circusctl.js', ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    async printed(pattern) {
      for (const deadline = Date.now() + 5000; Date.now() < deadline; await delay(5)) {
        if (pattern.test(stdout)) return stdout;
      }
      throw new Error(`${pattern} was not printed; there is ${stdout}${stderr}`);
    },
  };
}

/** Runs the built program to its end. */
export async function circusctl(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return await startCircusctl(args, env).ended;
}
