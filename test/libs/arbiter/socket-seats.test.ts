/** Seats of so_reuseport: one that listens and has nobody would swallow its share of connections. */
import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { ListeningSocket } from '#libs/native';
import type { Places } from '#libs/supervision';
import { SocketSeats } from '../../../libs/arbiter/socket-seats.ts';

const name = 'web';
const key = 'watcher';

/** A watcher of so many processes, and where each of them sits. */
class Theatre {
  readonly #seats = new SocketSeats();
  readonly #awaited: number;
  readonly #sockets = new Map<number, ListeningSocket>();

  constructor(t: TestContext, awaited: number) {
    this.#awaited = awaited;
    t.after(() => this.#seats.close());
  }

  /** Processes of these wids start one after another, beside others that stay and that leave. */
  start(wids: readonly number[], { beside = [] as number[], leaving = [] as number[] } = {}): void {
    const places = this.#places([...wids, ...beside], leaving);
    for (const wid of wids) {
      this.#sockets.set(wid, this.#seats.socketFor(key, wid, places, { name, open }));
    }
  }

  settle(staying: readonly number[], leaving: readonly number[] = [], awaited?: number): void {
    this.#seats.settle(() => this.#places(staying, leaving, awaited));
  }

  /** Which of these sit where, a list a seat that listens. */
  seating(wids: readonly number[]): number[][] {
    const listening = this.#seats.socketsOf(key, { name, open });
    return listening.map((socket) => wids.filter((wid) => this.#sockets.get(wid) === socket));
  }

  #places(staying: readonly number[], leaving: readonly number[], awaited = this.#awaited): Places {
    return { staying: new Set(staying), leaving: new Set(leaving), awaited };
  }
}

function open(): ListeningSocket {
  return new ListeningSocket(openSync('/dev/null', 'r'), { host: '127.0.0.1', port: 1 });
}

test('a successor finds the queue of its predecessor', (t) => {
  const theatre = new Theatre(t, 3);
  theatre.start([1, 2, 3]);
  const before = theatre.seating([1, 2, 3]);
  theatre.start([2], { beside: [1, 3] });
  assert.deepEqual(theatre.seating([1, 2, 3]), before);
  assert.deepEqual(before, [[1], [2], [3]]);
});

test('a graceful reload seats each new process beside an old one', (t) => {
  const theatre = new Theatre(t, 2);
  theatre.start([1, 2]);
  theatre.start([3, 4], { leaving: [1, 2] });
  theatre.settle([3, 4]);
  assert.deepEqual(theatre.seating([3, 4]), [[3], [4]]);
});

test('the dead do not keep a seat from others before anybody has settled', (t) => {
  const theatre = new Theatre(t, 4);
  theatre.start([5, 6, 7, 8]);
  theatre.settle([8]);
  theatre.start([1, 2, 3, 4]);
  theatre.settle([1, 2, 3, 4]);
  assert.deepEqual(theatre.seating([1, 2, 3, 4]), [[1], [2], [3], [4]]);
});

test('a reload in parts takes seats whose process is still to leave, whichever left first', (t) => {
  const theatre = new Theatre(t, 4);
  theatre.start([1, 2, 3, 4]);
  theatre.start([5, 6], { leaving: [1, 2, 3, 4] });
  theatre.settle([5, 6], [1, 4]);
  assert.equal(theatre.seating([]).length, 4, 'the empty one is awaited');
  theatre.start([2, 3], { beside: [5, 6], leaving: [1, 4] });
  theatre.settle([2, 3, 5, 6]);
  assert.deepEqual(
    theatre.seating([2, 3, 5, 6]).map(({ length }) => length),
    [1, 1, 1, 1],
  );
});

test('a lowered count and an end for good close seats, a stop closes all', (t) => {
  const theatre = new Theatre(t, 3);
  theatre.start([1, 2, 3]);
  theatre.settle([1, 3], [2], 2);
  assert.deepEqual(theatre.seating([1, 2, 3]), [[1], [2], [3]], 'one that leaves has its seat');
  theatre.settle([1, 3], [], 2);
  assert.deepEqual(theatre.seating([1, 3]), [[1], [3]]);
  theatre.settle([], [], 0);
  assert.deepEqual(theatre.seating([1, 3]), [[]], 'a new one, as for on_demand');
});

test('seats of a restart are kept, empty as they are', (t) => {
  const theatre = new Theatre(t, 3);
  theatre.start([1, 2, 3]);
  const before = theatre.seating([1, 2, 3]);
  theatre.settle([]);
  theatre.start([1, 2, 3]);
  assert.deepEqual(theatre.seating([1, 2, 3]), before);
});

test('two at a seat: the one that is left over is closed, and opened again for the next process', (t) => {
  const theatre = new Theatre(t, 2);
  theatre.start([1, 2]);
  theatre.start([3], { beside: [1, 2] });
  theatre.settle([1, 3]);
  assert.deepEqual(theatre.seating([1, 3]), [[1, 3]]);
  theatre.start([3], { beside: [1] });
  assert.deepEqual(theatre.seating([1, 3]), [[1], [3]]);
});
