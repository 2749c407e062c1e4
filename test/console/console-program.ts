/** Runs the built circushttpd for tests. */
import { resolve } from 'node:path';
import type { Program } from '../system/daemon.ts';
import { until, within } from '../system/until.ts';

/** How circushttpd is started. */
export interface ConsoleOptions {
  readonly endpoint: string;
  /** Where it may keep the key of its sessions. */
  readonly folder: string;
  readonly flags?: readonly string[];
  /** Default: any. */
  readonly port?: number;
  /** Starts a program, and sees that it ends. */
  readonly launch: (words: readonly string[], env: Record<string, string>) => Program;
}

/** A running circushttpd. */
export class ConsoleProgram {
  readonly program: Program;

  private constructor(program: Program) {
    this.program = program;
  }

  /** Starts it and waits until it listens. */
  static async start({
    endpoint,
    folder,
    flags = [],
    port = 0,
    launch,
  }: ConsoleOptions): Promise<ConsoleProgram> {
    const words = ['--endpoint', endpoint, '--port', String(port), ...flags];
    const program = launch([process.execPath, resolve('bin/circushttpd.js'), ...words], {
      XDG_STATE_HOME: folder,
    });
    await until(
      'circushttpd listens',
      () => {
        if (!program.isRunning) throw new Error(`circushttpd has ended: ${program.stderr}`);
        return program.stderr.includes('Listening on');
      },
      Boolean,
      20_000,
    );
    return new ConsoleProgram(program);
  }

  /** Where it is, with a slash at the end. */
  get url(): string {
    return /Listening on (\S+)/.exec(this.program.stderr)?.[1] ?? '';
  }

  /** What it has written. */
  get log(): string {
    return this.program.stderr;
  }

  /** Waits for a line of its log, which may come after the answer that it is about. */
  async logged(pattern: RegExp): Promise<void> {
    await until(
      `a line ${pattern}`,
      () => this.log,
      (log) => pattern.test(log),
    );
  }

  /** The link that signs in once. */
  async link(): Promise<string> {
    const found = (): string => /Sign in, once, with (\S+)/.exec(this.log)?.[1] ?? '';
    return await until('the link to sign in', found, (link) => link !== '');
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.program.isRunning) this.program.kill(signal);
    await within('circushttpd ends', this.program.ended, 10_000);
  }
}
