/**
 * Sockets of so_reuseport: each process has one of its own, and the kernel has put connections into
 * its queue before anybody accepts them. A watcher has as many seats as processes. A seat keeps its
 * sockets when its process dies, so that the next one finds what waits; in a reload the new process
 * takes the seat of an old one beside it. The kernel gives every socket that listens its share of
 * connections, so a seat that nobody comes to would swallow them: it is closed.
 */
import { ListeningSocket, type SavedSocket } from '#libs/native';
import type { Places } from '#libs/supervision';
import type { Baggage } from './baggage.ts';

interface Seat {
  /** Wids; two of them while one replaces the other. */
  readonly wids: Set<number>;
  readonly sockets: Map<string, ListeningSocket>;
}

/** Opens the socket of this name when a seat has none. */
interface SocketKind {
  readonly name: string;
  readonly open: () => ListeningSocket;
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

  /** The socket of a process that is about to start. */
  socketFor(key: string, wid: number, places: Places, { name, open }: SocketKind): ListeningSocket {
    const seat = takeSeat(this.#seatsOf(key), wid, places);
    const socket = seat.sockets.get(name) ?? open();
    seat.sockets.set(name, socket);
    return socket;
  }

  /** The sockets of that name at all seats; with none, `open` makes the first. */
  socketsOf(key: string, { name, open }: SocketKind): ListeningSocket[] {
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
  settle(placesOf: (key: string) => Places): void {
    for (const [key, seats] of this.#seats) {
      closeSpare(seats, placesOf(key));
      if (seats.length === 0) this.#seats.delete(key);
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

  #seatsOf(key: string): Seat[] {
    const seats = this.#seats.get(key) ?? [];
    this.#seats.set(key, seats);
    return seats;
  }
}

/**
 * A seat that has nobody who stays: the one it had before, or an empty one, or that of a process
 * which leaves. Where all have somebody it is a new one, or at worst shared.
 */
function takeSeat(seats: Seat[], wid: number, places: Places): Seat {
  forgetDead(seats, places);
  const ranks = seats.map((seat): [seat: Seat, rank: readonly number[]] => {
    const others = [...seat.wids].filter((other) => other !== wid);
    const staying = others.filter((other) => places.staying.has(other)).length;
    return [seat, [staying, seat.wids.has(wid) ? 0 : 1, others.length]];
  });
  const [best] = ranks.sort(([, a], [, b]) => compare(a, b));
  const isFree = best !== undefined && best[1][0] === 0;
  const seat =
    isFree || (best !== undefined && seats.length >= places.awaited) ? best[0] : addSeat(seats);
  for (const { wids } of seats) wids.delete(wid);
  seat.wids.add(wid);
  return seat;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function addSeat(seats: Seat[]): Seat {
  const seat: Seat = { wids: new Set(), sockets: new Map() };
  seats.push(seat);
  return seat;
}

/** Slots may be gone since their processes took a seat, and others have their wids now. */
function forgetDead(seats: readonly Seat[], { staying, leaving }: Places): void {
  for (const { wids } of seats) {
    for (const wid of wids) if (!staying.has(wid) && !leaving.has(wid)) wids.delete(wid);
  }
}

/** Closes empty seats, all but those that processes are still to come to. */
function closeSpare(seats: Seat[], places: Places): void {
  forgetDead(seats, places);
  const staying = seats.map(
    ({ wids }) => [...wids].filter((wid) => places.staying.has(wid)).length,
  );
  const seated = staying.reduce((sum, count) => sum + count, 0);
  const free = staying.filter((count) => count === 0).length;
  let spare = free - Math.max(0, places.awaited - seated);
  for (const seat of seats.toReversed()) {
    if (spare <= 0) return;
    if (seat.wids.size > 0) continue;
    closeSeat(seat);
    seats.splice(seats.indexOf(seat), 1);
    spare -= 1;
  }
}

function closeSeat({ sockets }: Seat): void {
  for (const socket of sockets.values()) socket.close();
}
