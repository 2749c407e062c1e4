/** One line on standard error that tells how far it is; nothing at all where nobody would see it. */
import { clip } from './text-width.ts';

/** Shows and hides the line. */
export class ProgressLine {
  readonly #isSeen = process.stderr.isTTY === true;
  #isShown = false;

  get isSeen(): boolean {
    return this.#isSeen;
  }

  show(text: string): void {
    if (!this.#isSeen) return;
    this.#isShown = true;
    process.stderr.write(`\r\u001b[K${clip(text, (process.stderr.columns || 80) - 1)}`);
  }

  hide(): void {
    if (this.#isShown) process.stderr.write('\r\u001b[K');
    this.#isShown = false;
  }
}
