/**
 * Sockets of so_reuseport: each process has one of its own, and the kernel has put connections into
 * its queue before anybody accepts them. A watcher has as many seats as processes. A seat keeps its
 * sockets when its process dies, so that the next one finds what waits; in a reload the new process
 * takes the seat of an old one beside it.
 */
import { ListeningSocket, type SavedSocket } from '#libs/native';
import type { Baggage } from './baggage.ts';

interface Seat {
  /** Wids; two of them while one replaces the other. */
  readonly wids: Set<number>;
  readonly sockets: Map<string, ListeningSocket>;
}

/** What the seats have to know of a watcher. */
export interface SeatFacts {
  /** Wids of slots that exist. */
  readonly wids: ReadonlySet<number>;
  /** Seats that stay even when nobody is in them. */
  readonly lasting: number;
}

/** A seat as the next program of this process takes it over. */
export interface SavedSeat {
  /** Its watcher. */
  readonly key: string;
  readonly wids: readonly number[];
  readonly sockets: readonly { readonly name: string; readonly socket: SavedSocket }[];
}

/** The seats of all watchers, by key. */
export class SocketSeats {
  readonly #seats = new Map<string, Seat[]>();

  /**
   * The socket of a process, made by `open` when its seat has none of that name yet.
   *
   * @param count - how many processes the watcher is to have
   */
  socketFor(
    key: string,
    wid: number,
    count: number,
    { name, open }: { readonly name: string; readonly open: () => ListeningSocket },
  ): ListeningSocket {
    const seat = this.#seatFor(key, wid, count);
    const socket = seat.sockets.get(name) ?? open();
    seat.sockets.set(name, socket);
    return socket;
  }

  /** The sockets of that name at all seats; with none, `open` makes the first. */
  socketsOf(
    key: string,
    { name, open }: { readonly name: string; readonly open: () => ListeningSocket },
  ): ListeningSocket[] {
    const seats = this.#seatsOf(key);
    const sockets = seats.flatMap((seat) => seat.sockets.get(name) ?? []);
    if (sockets.length > 0) return sockets;
    const first = seats[0] ?? { wids: new Set(), sockets: new Map() };
    if (seats.length === 0) seats.push(first);
    const socket = open();
    first.sockets.set(name, socket);
    return [socket];
  }

  /** Lets go of seats that nobody will take again. */
  settle(factsOf: (key: string) => SeatFacts): void {
    for (const [key, seats] of this.#seats) {
      const { wids, lasting } = factsOf(key);
      for (const seat of seats) {
        for (const wid of seat.wids) if (!wids.has(wid)) seat.wids.delete(wid);
      }
      this.#trim(key, seats, lasting);
    }
  }

  /** Closes the sockets of these names; a process that comes gets another one. */
  drop(names: readonly string[]): void {
    for (const { sockets } of [...this.#seats.values()].flat()) {
      for (const name of names) {
        sockets.get(name)?.close();
        sockets.delete(name);
      }
    }
  }

  /** Changes nothing. */
  handOver(baggage: Baggage): SavedSeat[] {
    return [...this.#seats].flatMap(([key, seats]) =>
      seats.map(({ wids, sockets }) => ({
        key,
        wids: [...wids],
        sockets: [...sockets].map(([name, socket]) => {
          baggage.keep(socket.fd);
          return { name, socket: socket.handOver() };
        }),
      })),
    );
  }

  /** To be called once, before any seat is taken. */
  takeOver(saved: readonly SavedSeat[]): void {
    for (const { key, wids, sockets } of saved) {
      const open = sockets.map(
        ({ name, socket }) => [name, ListeningSocket.takeOver(socket)] as const,
      );
      this.#seatsOf(key).push({ wids: new Set(wids), sockets: new Map(open) });
    }
  }

  close(): void {
    for (const seat of [...this.#seats.values()].flat()) closeSeat(seat);
    this.#seats.clear();
  }

  #seatFor(key: string, wid: number, count: number): Seat {
    const seats = this.#seatsOf(key);
    const own =
      seats.find(({ wids }) => wids.has(wid)) ?? seats.find(({ wids }) => wids.size === 0);
    const seat = own ?? (seats.length < count ? addSeat(seats) : leastTaken(seats));
    seat.wids.add(wid);
    return seat;
  }

  #seatsOf(key: string): Seat[] {
    const seats = this.#seats.get(key) ?? [];
    this.#seats.set(key, seats);
    return seats;
  }

  #trim(key: string, seats: Seat[], lasting: number): void {
    for (let at = seats.length - 1; at >= 0 && seats.length > lasting; at -= 1) {
      const seat = seats[at];
      if (seat === undefined || seat.wids.size > 0) continue;
      closeSeat(seat);
      seats.splice(at, 1);
    }
    if (seats.length === 0) this.#seats.delete(key);
  }
}

function addSeat(seats: Seat[]): Seat {
  const seat: Seat = { wids: new Set(), sockets: new Map() };
  seats.push(seat);
  return seat;
}

function leastTaken(seats: Seat[]): Seat {
  const [first, ...others] = seats;
  if (first === undefined) return addSeat(seats);
  return others.reduce((least, seat) => (seat.wids.size < least.wids.size ? seat : least), first);
}

function closeSeat({ sockets }: Seat): void {
  for (const socket of sockets.values()) socket.close();
}
