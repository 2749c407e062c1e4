/** Whatever became of its processes: where a watcher has come to rest, every socket that listens has one process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ListeningSocket } from '#libs/native';
import { type Places, placesOf, type WatcherRules } from '#libs/supervision';
import { SocketSeats } from '../../../libs/arbiter/socket-seats.ts';
import { World, wellMannered } from '../supervision/world.ts';

type Move =
  | { readonly do: 'reload' | 'sequential' | 'restart' | 'settle' }
  | { readonly do: 'die'; readonly which: number; readonly exitCode: number }
  | { readonly do: 'count' | 'surge' | 'wait'; readonly to: number };

const key = 'web';
const name = 'socket';
const nowhere: Places = { staying: new Set(), leaving: new Set(), awaited: 0 };
const backoff = { initialMs: 0, factor: 2, maxMs: 500, minLifeMs: 50, resetMs: 100 };

const moves = fc.array(
  fc.oneof<fc.Arbitrary<Move>[]>(
    fc.record({ do: fc.constantFrom('reload', 'sequential', 'restart', 'settle') }),
    fc.record({ do: fc.constant('die'), which: fc.nat(9), exitCode: fc.nat(1) }),
    fc.record({ do: fc.constantFrom('count', 'surge'), to: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('wait'), to: fc.nat(200) }),
  ),
  { maxLength: 25 },
);

/** Takes no descriptor. */
class NoSocket extends ListeningSocket {
  constructor() {
    super(-1, { host: '127.0.0.1', port: 1 });
  }

  override close(): void {
    // There is none.
  }
}

/** A watcher whose processes each have a socket, as the arbiter gives it to them. */
class Stage {
  readonly world = new World();
  readonly #seats = new SocketSeats();
  /** Those of processes that live or are about to, by wid. */
  readonly #sockets = new Map<number, ListeningSocket>();

  constructor(
    rules: Partial<WatcherRules>,
    reactions: readonly number[],
    settles: readonly boolean[],
  ) {
    this.world.onSpawn = (_key, wid, attempt) => {
      // The work of one moment may be done in slices, with seats settled in between.
      if (settles[attempt % settles.length]) this.settle();
      const kind = { name, open: () => new NoSocket() };
      this.#sockets.set(wid, this.#seats.socketFor(key, wid, this.#places(), kind));
      return { ...wellMannered, reactionMs: reactions[attempt % reactions.length] ?? 10 };
    };
    this.world.add(key, { numprocesses: 4, gracefulTimeoutMs: 100, backoff, ...rules });
    this.world.run(100);
  }

  play(move: Move): void {
    const { world } = this;
    if (move.do === 'settle') this.settle();
    else if (move.do === 'wait') world.run(move.to);
    else if (move.do === 'restart') world.restart(key);
    else if (move.do === 'count') world.set(key, { numprocesses: move.to });
    else if (move.do === 'surge') world.set(key, { reloadSurge: move.to });
    else if (move.do !== 'die') world.reload(key, move.do === 'reload' ? 'graceful' : 'sequential');
    else {
      const pids = world.pids(key);
      world.die(pids[move.which % pids.length] ?? 0, move.exitCode);
    }
  }

  settle(): void {
    this.#seats.settle(() => this.#places());
  }

  /** Wids at each socket that listens. */
  seating(): number[][] {
    const wids = this.world.wids(key);
    if (wids.length === 0) return [];
    const listening = this.#seats.socketsOf(key, { name, open: () => new NoSocket() });
    return listening.map((socket) => wids.filter((wid) => this.#sockets.get(wid) === socket));
  }

  #places(): Places {
    const watcher = this.world.state.watchers[key];
    return watcher === undefined ? nowhere : placesOf(watcher);
  }
}

test('each socket that listens has one process, after reloads, restarts, deaths and other counts', () => {
  const scenario = fc.record({
    moves,
    reactions: fc.array(fc.constantFrom(1, 10, 50, 5_000), { minLength: 1, maxLength: 5 }),
    settles: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
    respawn: fc.boolean(),
  });
  fc.assert(
    fc.property(scenario, ({ moves: played, reactions, settles, respawn }) => {
      const stage = new Stage({ respawn }, reactions, settles);
      for (const move of played) stage.play(move);
      stage.world.run(20_000);
      stage.settle();
      const seating = stage.seating();
      assert.ok(
        seating.every((wids) => wids.length === 1),
        `${JSON.stringify(seating)} of wids ${stage.world.wids(key)}`,
      );
    }),
    { numRuns: 2_000 },
  );
});
