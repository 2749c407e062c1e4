/**
 * Writes every event of circusd to a file (manual 5.10.2).
 *
 *   [plugin:logger]
 *   use = ./logger.ts#Logger
 *   filename = events.log
 *
 * Node runs this file as it is from 22.18 on; for Node 20 compile it, and name the .js.
 */
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { CircusPlugin, type EventData } from 'circus-node/plugin';

export class Logger extends CircusPlugin {
  #file = -1;

  override handle_init(): void {
    this.#file = openSync(this.config['filename'] ?? 'events.log', 'a');
  }

  override handle_recv([topic, message]: EventData): void {
    appendFileSync(this.#file, `${topic}::${JSON.stringify(message)}\n`);
  }

  override handle_stop(): void {
    closeSync(this.#file);
  }
}
