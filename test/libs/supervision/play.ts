/** Plays scenarios: a world whose every step is audited, and what must be true when it has calmed down. */
import assert from 'node:assert/strict';
import {
  type Action,
  type CoreEvent,
  type DaemonState,
  initialState,
  nextDeadline,
  rebase,
  step,
  type WatcherRecord,
} from '#libs/supervision';
import { Audit } from './audit.ts';
import { keys, type Move, type Scenario } from './scenarios.ts';
import { World, wellMannered } from './world.ts';

/** Moments at which somebody else's clock differs from ours, ms. */
const otherClockMs = 7_000;

/** A world that plays one scenario. */
export class Play {
  readonly audit = new Audit();
  readonly world: World;
  readonly #scenario: Scenario;
  /** The same life, written down and read again by a stranger's clock at every step. */
  #shadow: DaemonState;
  #shift = 0;
  readonly #history: CoreEvent[] = [];
  #hooks = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#shadow = initialState(0, scenario.warmupDelayMs);
    this.world = new World(scenario.warmupDelayMs, (state, event) => this.#perform(state, event));
    const { outcomes, verdicts } = scenario;
    const { world } = this;
    world.onSpawn = (_key, _wid, attempt) => outcomes[attempt % outcomes.length] ?? wellMannered;
    world.onHook = () => {
      this.#hooks += 1;
      return verdicts[this.#hooks % verdicts.length] ?? null;
    };
  }

  /** Everything that the scenario says. */
  playMoves(): void {
    for (const [index, rules] of this.#scenario.rules.entries()) {
      this.world.add(keys[index] ?? '', rules, index !== 2);
    }
    for (const move of this.#scenario.moves) this.#play(move);
  }

  /** From now on everything is as it should be; returns when nothing is left to do. */
  calmDown(isCalm: () => boolean): void {
    const { world } = this;
    world.onSpawn = () => wellMannered;
    world.onHook = () => ({ isPassed: true, afterMs: 1 });
    const until = world.now + 600_000;
    for (let steps = 0; !isCalm(); steps += 1) {
      if (steps > 3_000) assert.fail(`no calm: ${this.#picture()}`);
      for (const key of world.demanded) world.feed({ type: 'demand', key });
      if (isCalm()) return;
      if (!world.advance(until)) assert.fail(`stuck: ${this.#picture()}`);
    }
  }

  /** Every watcher is where it was wanted to be. */
  isSettled(): boolean {
    const { watchers, waits } = this.world.state;
    const open = waits.flatMap(({ goals }) => goals.filter(({ outcome }) => outcome === null));
    return (
      Object.values(watchers).every((one) => this.#isSettledOne(one)) &&
      open.every(({ key }) => watchers[key]?.state === 'blocked')
    );
  }

  /** Nothing lives, nothing is left, nothing waits. */
  isEmpty(): boolean {
    const { world } = this;
    return (
      world.living.size === 0 &&
      world.left.size === 0 &&
      this.audit.unanswered === 0 &&
      Object.values(world.state.watchers).every(({ state }) => state === 'stopped')
    );
  }

  #isSettledOne(watcher: WatcherRecord): boolean {
    const { state, wanted, rules, slots, reload, nextReload, isRemoved } = watcher;
    if (state === 'stopped') return wanted === 'stopped' && !isRemoved;
    // Waits for another watcher that has no reason to move.
    if (state === 'blocked') return wanted === 'active';
    if (state !== 'active' || wanted !== 'active' || reload !== null || nextReload !== null) {
      return false;
    }
    const serving = slots.filter(({ process, isDone }) => isDone || process?.state === 'running');
    return slots.length === rules.numprocesses && serving.length === slots.length;
  }

  #play(move: Move): void {
    const { world } = this;
    if (move.do === 'wait') {
      world.run(move.ms);
      return;
    }
    const key = keys[move.who % keys.length] ?? 'a';
    switch (move.do) {
      case 'advance':
        world.advance(world.now + 1_000);
        return;
      case 'tick':
        world.feed({ type: 'tick' });
        return;
      case 'die': {
        const pids = [...world.living.keys()];
        const pid = pids[move.who % Math.max(1, pids.length)];
        if (pid !== undefined) world.die(pid, move.who % 3);
        return;
      }
      case 'demand':
        if (world.demanded.has(key) || move.who % 2 === 0) world.feed({ type: 'demand', key });
        return;
      case 'repeat':
        this.#repeat(move.who, 0);
        return;
      case 'guess':
        this.#repeat(move.who, 1);
        return;
      default:
        this.#command(move.do, key, move.how);
    }
  }

  /** An answer comes once more, or for the one that was asked next. */
  #repeat(which: number, further: number): void {
    const event = this.#history[this.#history.length - 1 - which];
    if (event === undefined) return;
    if (further === 0) {
      this.world.feed(event);
      return;
    }
    if (event.type === 'verdict') this.world.feed({ ...event, gate: event.gate + further });
    if (event.type === 'unhealthy') this.world.feed({ ...event, ticket: event.ticket + further });
    if (event.type === 'ready') this.world.feed({ ...event, ticket: event.ticket + further });
  }

  #command(kind: string, key: string, how: number): void {
    const { world } = this;
    const watcher = world.state.watchers[key];
    const index = keys.indexOf(key);
    const rules = this.#scenario.rules[(index + (kind === 'change' ? how : 0)) % keys.length];
    const all = Object.keys(world.state.watchers);
    const isOne = false;
    if (kind === 'startAll') world.order({ type: 'start', keys: all, isOne });
    else if (kind === 'stopAll') world.order({ type: 'stop', keys: all, isOne });
    else if (kind === 'restartAll') world.order({ type: 'restart', keys: all, isOne });
    else if (kind === 'reloadAll') {
      const order = how % 2 === 0 ? 'graceful' : 'sequential';
      world.order({ type: 'reload', keys: all, isOne, how: order });
    } else if (kind === 'add' && rules !== undefined) world.add(key, rules, how % 2 === 0);
    else if (kind === 'remove') world.order({ type: 'remove', key, nostop: false });
    else if (kind === 'nostop' && how > 8) world.order({ type: 'remove', key, nostop: true });
    else if (kind === 'start') world.start(key);
    else if (kind === 'stop') world.stop(key);
    else if (kind === 'restart') world.restart(key);
    else if (kind === 'reload') world.reload(key);
    else if (kind === 'sequential') world.reload(key, 'sequential');
    else if (kind === 'abort') world.abort(key);
    else if (kind === 'reset') world.order({ type: 'reset', key });
    else if (kind === 'kill') {
      const pids = world.pids(key).filter((_, place) => (how >> place) % 2 === 0);
      const order = { signum: 2, timeoutMs: how * 5 };
      world.order({ type: 'kill', key, pids, order });
    } else if (watcher !== undefined && kind === 'count') {
      world.set(key, { numprocesses: how % 6 });
    } else if (watcher !== undefined && rules !== undefined && kind === 'change') {
      const { onDemand, dependsOn } = watcher.rules;
      world.set(key, { ...rules, onDemand, dependsOn }, how % 2 === 0);
    }
  }

  #perform(state: DaemonState, event: CoreEvent): Action[] {
    if (isAnswer(event)) this.#history.push(event);
    const actions = step(state, event);
    this.#shadow = JSON.parse(JSON.stringify(this.#shadow));
    this.#shift += otherClockMs;
    rebase(this.#shadow, this.#shadow.clock + otherClockMs);
    const twin = step(this.#shadow, { ...event, now: event.now + this.#shift });
    assert.equal(JSON.stringify(twin), JSON.stringify(actions), 'a copy does something else');
    this.audit.check(event, actions, state);
    const deadline = nextDeadline(state);
    const twinDeadline = nextDeadline(this.#shadow);
    assert.equal(twinDeadline === null ? null : twinDeadline - this.#shift, deadline);
    if (event.type === 'tick' && deadline !== null && deadline <= state.clock) {
      assert.fail(`a tick leaves its deadline: ${JSON.stringify(state)}`);
    }
    return actions;
  }

  #picture(): string {
    return JSON.stringify(this.world.state);
  }
}

function isAnswer({ type }: CoreEvent): boolean {
  return (
    type === 'spawned' ||
    type === 'spawn_failed' ||
    type === 'ready' ||
    type === 'unhealthy' ||
    type === 'exited' ||
    type === 'verdict' ||
    type === 'remains_gone'
  );
}
