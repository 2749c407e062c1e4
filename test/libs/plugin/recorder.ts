/** A plugin that remembers what it was told, and the settings to run it with. */
import { CircusPlugin, type EventData, type PluginSettings } from '#libs/plugin';
import type { ProtocolDaemon } from '../../companions/protocol-daemon.ts';

export class Recorder extends CircusPlugin {
  readonly seen: EventData[] = [];
  readonly calls: string[] = [];

  override handle_init(): void {
    this.calls.push('init');
  }

  override handle_stop(): void {
    this.calls.push('stop');
  }

  override handle_recv(data: EventData): void | Promise<void> {
    this.seen.push(data);
  }

  /** `watcher.event` of all that came. */
  get names(): string[] {
    return this.seen.map((data) => this.split_data(data).slice(0, 2).join('.'));
  }
}

/** What a plugin of the test is run with; what it logs is kept. */
export function settingsFor(daemon: Pick<ProtocolDaemon, 'endpoint' | 'pubsub'>): {
  settings: PluginSettings;
  logged: string[];
} {
  const logged: string[] = [];
  const note = (text: string): void => void logged.push(text);
  const log = { debug: note, info: note, warn: note, error: note };
  const settings = {
    name: 'recorder',
    config: {},
    endpoint: daemon.endpoint,
    pubsub_endpoint: daemon.pubsub,
    check_delay: 5,
    ssh_server: null,
    log,
  };
  return { settings, logged };
}
