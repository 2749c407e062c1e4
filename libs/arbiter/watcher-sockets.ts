/** Managed sockets as watchers use them: what each process is given, and who waits for a connection. */
import { type SocketConfig, servedSockets, type WatcherConfig } from '#libs/config';
import {
  type ActivatedSocket,
  type ListeningSocket,
  openSocket,
  SocketError,
  SpawnError,
} from '#libs/native';
import { type DaemonState, type Places, placesOf } from '#libs/supervision';
import type { Baggage } from './baggage.ts';
import { DemandWatch } from './demand.ts';
import type { HeldSocket } from './held-socket.ts';
import { ManagedSockets, type PreparedSockets, type SavedHeldSocket } from './managed-sockets.ts';
import { requestOf } from './socket-request.ts';
import { type SavedSeat, SocketSeats } from './socket-seats.ts';
import { chooseSockets, type WorkerSockets } from './worker-sockets.ts';

/** What sockets have to know of watchers. */
export interface WatcherSource {
  readonly configOf: (key: string) => WatcherConfig;
  readonly state: () => DaemonState;
  /** A socket of a dormant watcher has something to read. */
  readonly onDemand: (key: string) => void;
  readonly warn: (text: string) => void;
}

/** All sockets as the next program of this process takes them over. */
export interface SavedSockets {
  readonly managed: readonly SavedHeldSocket[];
  readonly seats: readonly SavedSeat[];
}

/** The places of a watcher that is gone. */
const nowhere: Places = { staying: new Set(), leaving: new Set(), awaited: 0 };

/** Everything about sockets that an arbiter needs. */
export class WatcherSockets {
  readonly managed = new ManagedSockets();
  readonly #seats = new SocketSeats();
  readonly #demand: DemandWatch;
  readonly #source: WatcherSource;
  /** Watchers that wait for a connection. */
  readonly #waiting = new Set<string>();

  constructor(source: WatcherSource) {
    this.#source = source;
    this.#demand = new DemandWatch((key) => {
      this.#waiting.delete(key);
      source.onDemand(key);
    });
  }

  /** @throws SocketsRefused one cannot be had */
  open(configs: readonly SocketConfig[], activated: readonly ActivatedSocket[]): void {
    this.managed.open(configs, activated, this.#source.warn);
  }

  /** As `ManagedSockets.prepare`; committing also sees to whoever uses what changes. */
  prepare(configs: readonly SocketConfig[]): PreparedSockets {
    const before = this.managed.held;
    const prepared = this.managed.prepare(configs);
    const commit = (): void => {
      const waiting = [...this.#waiting];
      for (const key of waiting) this.unwatchDemand(key);
      prepared.commit();
      const stay = new Set(this.managed.held);
      const gone = before.filter((held) => !stay.has(held));
      this.#seats.drop(gone.map(({ config }) => config.name));
      for (const key of waiting) this.watchDemand(key);
    };
    return { commit, cancel: prepared.cancel };
  }

  /** Changes nothing. Who waits for a connection is the core's to say. */
  handOver(baggage: Baggage): SavedSockets {
    return { managed: this.managed.handOver(baggage), seats: this.#seats.handOver(baggage) };
  }

  /** Instead of `open`. */
  takeOver({ managed, seats }: SavedSockets): void {
    this.managed.takeOver(managed);
    this.#seats.takeOver(seats);
  }

  /** Waits no more, closes all sockets and removes their files. */
  close(): void {
    this.#demand.close();
    this.#seats.close();
    this.managed.close();
  }

  /**
   * What a process is given.
   *
   * @throws SpawnError a socket is not there, or its own cannot be bound
   */
  forWorker(key: string, wid: number): WorkerSockets {
    const watcher = this.#source.configOf(key);
    return chooseSockets(watcher, this.managed.held, (held) => {
      const kind = { name: held.config.name, open: () => openOwn(held) };
      return this.#seats.socketFor(key, wid, this.#placesOf(key), kind).fd;
    });
  }

  /** After deaths and orders: what belonged to slots that are gone is closed. */
  settle(): void {
    this.#seats.settle((key) => this.#placesOf(key));
  }

  watchDemand(key: string): void {
    this.#waiting.add(key);
    this.#demand.watch(key, this.#demandedBy(key));
  }

  unwatchDemand(key: string): void {
    this.#waiting.delete(key);
    this.#demand.unwatch(key);
  }

  #placesOf(key: string): Places {
    const watcher = this.#source.state().watchers[key];
    return watcher === undefined ? nowhere : placesOf(watcher);
  }

  #demandedBy(key: string): number[] {
    const served = servedSockets(this.#source.configOf(key), this.managed.names);
    return served.flatMap((name) => {
      const held = this.managed.find(name);
      if (held === undefined) return [];
      if (!held.config.options.so_reuseport) return held.socket?.fd ?? [];
      const sockets = this.#seats.socketsOf(key, { name, open: () => openOwn(held) });
      return sockets.map(({ fd }) => fd);
    });
  }
}

function openOwn({ config, address }: HeldSocket): ListeningSocket {
  try {
    return openSocket(requestOf(config, address));
  } catch (error) {
    if (error instanceof SocketError) throw new SpawnError(error.code, error.message, error);
    throw error;
  }
}
