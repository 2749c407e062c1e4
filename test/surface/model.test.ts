/** Random commands against live circusds, and a model that says what has to become of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { ReplyError } from '#libs/client';
import type { JsonObject } from '#libs/protocol';
import { countDescriptors, type RunningDaemon, withDaemon } from '../daemon/index.ts';
import { until } from '../system/until.ts';
import { Dice, fuzzRuns, rollDice } from './dice.ts';
import { Model, type Step } from './model.ts';

/** Steps between two looks at the world when nobody has waited. */
const quietAfter = 12;

interface Tally {
  answers: number;
  refusals: number;
}

/** Sends it and checks that it is refused exactly when the model says so. */
async function carryOut(daemon: RunningDaemon, step: Step, tally: Tally): Promise<void> {
  try {
    await daemon.client.call(step.command, step.properties, { timeoutMs: 30_000 });
    tally.answers += 1;
    assert.equal(step.isRefused, false, `not refused: ${JSON.stringify(step)}`);
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error;
    tally.answers += 1;
    tally.refusals += 1;
    // errno 6: what somebody waited for was overtaken by a later command.
    const isOvertaken = error.errno === 6;
    assert.ok(step.isRefused || isOvertaken, `refused: ${JSON.stringify(step)}: ${error.message}`);
  }
}

/** Names to states and counts, as circusd has them. */
async function look(daemon: RunningDaemon): Promise<JsonObject> {
  const { statuses } = await daemon.client.call('status');
  const entries = Object.entries(statuses as JsonObject).map(async ([name, status]) => {
    const { pids } = await daemon.client.call('list', { name });
    return [name, `${status} ${(pids as unknown as number[]).length}`] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The same, as the model has them. */
function expected(model: Model): JsonObject {
  const rows = [...model.watchers.values()].map(({ name, wanted, isActive }) => {
    return [name, isActive ? `active ${wanted}` : 'stopped 0'] as const;
  });
  return Object.fromEntries(rows);
}

async function assertQuiet(daemon: RunningDaemon, model: Model): Promise<void> {
  const wanted = expected(model);
  const isRight = (seen: JsonObject): boolean => isDeepStrictEqual(seen, wanted);
  await until(`quiet: ${JSON.stringify(wanted)}`, () => look(daemon), isRight, 20_000);
}

/** Every process was spawned once and has ended at most once; those that run were never reaped. */
function assertConsistent(events: readonly JsonObject[], running: readonly number[]): void {
  const spawned = new Set<number>();
  const reaped = new Set<number>();
  let seq = Number(events[0]?.['seq']) - 1;
  for (const { topic, seq: number, process_pid: pid } of events) {
    assert.equal(number, seq + 1, 'events without a gap');
    seq += 1;
    if (String(topic).endsWith('.spawn')) {
      assert.ok(!spawned.has(Number(pid)) || reaped.has(Number(pid)), `${pid} spawned twice`);
      spawned.add(Number(pid));
      reaped.delete(Number(pid));
    }
    if (String(topic).endsWith('.reap')) {
      assert.ok(spawned.has(Number(pid)), `${pid} reaped and never spawned`);
      assert.ok(!reaped.has(Number(pid)), `${pid} reaped twice`);
      reaped.add(Number(pid));
    }
  }
  for (const pid of running) {
    assert.ok(spawned.has(pid) && !reaped.has(pid), `${pid} runs and has no spawn, or a reap`);
  }
}

/** Reads the events that are new. */
async function readEvents(daemon: RunningDaemon, since: number): Promise<JsonObject[]> {
  const { events, oldest } = await daemon.client.call('events', { since });
  assert.ok(Number(oldest) <= since + 1, 'the ring holds all events since the last look');
  return events as unknown as JsonObject[];
}

async function play(daemon: RunningDaemon, dice: Dice, steps: number): Promise<Tally> {
  const model = new Model(dice);
  const tally: Tally = { answers: 0, refusals: 0 };
  const events: JsonObject[] = [];
  const said: string[] = [];
  let pending: Promise<void>[] = [];
  try {
    for (let number = 0; number < steps; number += 1) {
      const step = model.draw();
      said.push(`${step.command} ${JSON.stringify(step.properties)}`);
      const carried = carryOut(daemon, step, tally);
      pending.push(carried);
      carried.catch(() => undefined);
      if (step.isAwaited) await carried;
      const isQuiet = step.properties['waiting'] === true && dice.happens(30);
      if (!isQuiet && number % quietAfter !== 0 && number < steps - 1) continue;
      await Promise.all(pending);
      pending = [];
      await assertQuiet(daemon, model);
      events.push(...(await readEvents(daemon, Number(events.at(-1)?.['seq'] ?? 0))));
    }
    const lists = [...model.watchers.keys()].map((name) => daemon.client.call('list', { name }));
    const running = (await Promise.all(lists)).flatMap(({ pids }) => pids as unknown as number[]);
    assertConsistent(events, running);
    assert.equal(tally.answers, steps);
    return tally;
  } catch (error) {
    console.error(`the last commands:\n${said.slice(-40).join('\n')}`);
    throw error;
  }
}

test('5 000 random commands: counts as wanted, nothing stuck, each answered once', async (t) => {
  const dice = rollDice(t);
  const seeds = [dice.below(2 ** 32), dice.below(2 ** 32)];
  const steps = Math.ceil(fuzzRuns(5_000) / seeds.length);
  const tallies = await Promise.all(
    seeds.map((seed) =>
      withDaemon({ sections: '', circus: 'check_delay = 1' }, async (daemon) => {
        const tally = await play(daemon, new Dice(seed), steps);
        assert.ok(countDescriptors(daemon.pid) < 200);
        return tally;
      }),
    ),
  );
  t.diagnostic(`answers: ${JSON.stringify(tallies)}`);
});
