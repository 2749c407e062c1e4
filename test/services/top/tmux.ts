/** circus-top in a terminal of tmux, which tells what is on the screen. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { hasComponent } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';

/** Whether there is a tmux; with CI=true there has to be. */
export function hasTmux(t: TestContext): boolean {
  return hasComponent(t, 'tmux', spawnSync('tmux', ['-V']).status === 0);
}

/**
 * One terminal with one circus-top. Open it before a daemon is started: what is left behind is looked
 * for when that ends.
 */
export class TopScreen {
  readonly #server = `circus-${randomUUID()}`;

  constructor(t: TestContext, words: readonly string[], { width = 80, height = 24 } = {}) {
    const size = ['-x', String(width), '-y', String(height)];
    const program = [process.execPath, resolve('bin/circus-top.js'), ...words];
    const line = `exec env LC_ALL=C.UTF-8 ${program.map((word) => `'${word}'`).join(' ')}`;
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'top', ...size, line);
    t.after(async () => {
      spawnSync('tmux', ['-L', this.#server, 'kill-server']);
      await until('tmux has ended', () => !this.isOpen);
    });
  }

  /** What is shown, a line each. */
  get lines(): string[] {
    return this.#tmux('capture-pane', '-p', '-t', 'top').split('\n').slice(0, -1);
  }

  /** Whether circus-top still runs. */
  get isOpen(): boolean {
    return spawnSync('tmux', ['-L', this.#server, 'has-session', '-t', 'top']).status === 0;
  }

  press(...keys: string[]): void {
    this.#tmux('send-keys', '-t', 'top', ...keys);
  }

  resize(width: number, height: number): void {
    const size = ['-x', String(width), '-y', String(height)];
    this.#tmux('resize-window', '-t', 'top', ...size);
  }

  /** Waits until the screen is right, and gives it. */
  async shows(what: string, isRight: (lines: readonly string[]) => boolean): Promise<string[]> {
    return await until(what, () => this.lines, isRight, 20_000);
  }

  #tmux(...words: string[]): string {
    return execFileSync('tmux', ['-L', this.#server, ...words], { encoding: 'utf8' });
  }
}
