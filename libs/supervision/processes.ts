/**
 * The life of one process: every state meets everything that can happen to it, in one table. What
 * becomes of the watcher is not decided here; a rule only notes facts that the watcher's table reads
 * (`wanted`, `trouble`, `reload.failure`).
 */
import { countFailure, countLife } from './backoff.ts';
import type { EndReason, ProcessRecord, ProcessState, StopOrder, WatcherRecord } from './model.ts';
import { type OccupiedSlot, removeSlot } from './slots.ts';
import { askHook, drawTicket, type Turn, tellHook } from './turn.ts';

const SIGKILL = 9;

/** How long after a SIGKILL that had no effect (uninterruptible sleep) the next one follows. */
const killAgainAfterMs = 1_000;

/** What can happen to a process, with what is known about it. */
export interface Happenings {
  /** The hook that was asked has agreed, or has not. */
  passed: null;
  refused: null;
  spawned: { readonly pid: number; readonly random: number };
  failed: { readonly isPermanent: boolean; readonly reason: string; readonly random: number };
  ready: null;
  /** It has been asked, and is not ready yet. */
  delayed: { readonly reason: string };
  /** It serves no more. */
  unhealthy: { readonly reason: string };
  exited: {
    readonly exitCode: number | null;
    readonly hasRemains: boolean;
    readonly failure: string | null;
    readonly random: number;
  };
  /** Ask it to end. */
  stop: { readonly order: StopOrder; readonly reason: EndReason };
  /** End it now. */
  kill: { readonly reason: EndReason };
  /** Its deadline or its age has come. */
  due: null;
}

/** Whose life it is. */
interface Life {
  readonly turn: Turn;
  readonly watcher: WatcherRecord;
  readonly slot: OccupiedSlot;
  readonly process: ProcessRecord;
}

type Rule<H extends keyof Happenings> = (life: Life, facts: Happenings[H]) => void;

type Table = { readonly [S in ProcessState]: { readonly [H in keyof Happenings]: Rule<H> } };

/** An answer that comes too late, or cannot come in this state. */
const ignore = (): void => undefined;

const table: Table = {
  gated: {
    passed: orderSpawn, // gated -> spawning
    refused: giveUpRefused, // gated -> (vacant)
    spawned: ignore,
    failed: ignore,
    ready: ignore,
    delayed: ignore,
    unhealthy: ignore,
    exited: ignore,
    stop: leave, // gated -> (vacant)
    kill: leave, // gated -> (vacant)
    due: ignore,
  },
  spawning: {
    passed: ignore,
    refused: ignore,
    spawned: beBorn, // spawning -> confirming | unready | running | stopping
    failed: failToSpawn, // spawning -> (vacant)
    ready: ignore,
    delayed: ignore,
    unhealthy: ignore,
    exited: ignore,
    stop: postponeStop,
    kill: (life, { reason }) => postponeStop(life, { order: atOnce, reason }),
    due: ignore,
  },
  confirming: {
    passed: accept, // confirming -> unready | running
    refused: rejectUnfit, // confirming -> stopping
    spawned: ignore,
    failed: ignore,
    ready: ignore,
    delayed: ignore,
    unhealthy: ignore,
    exited: die, // confirming -> (vacant)
    stop: beginStop, // confirming -> stopping
    kill: beginKill, // confirming -> killing
    due: ignore,
  },
  unready: {
    passed: ignore,
    refused: ignore,
    spawned: ignore,
    failed: ignore,
    ready: becomeReady, // unready -> running
    delayed: noteDelay,
    unhealthy: ignore,
    exited: die, // unready -> (vacant)
    stop: beginStop, // unready -> stopping
    kill: beginKill, // unready -> killing
    due: missReadiness, // unready -> stopping
  },
  running: {
    passed: ignore,
    refused: ignore,
    spawned: ignore,
    failed: ignore,
    ready: ignore,
    delayed: ignore,
    unhealthy: endUnhealthy, // running -> stopping
    exited: die, // running -> (vacant)
    stop: beginStop, // running -> stopping
    kill: beginKill, // running -> killing
    due: expire, // running -> stopping
  },
  stopping: {
    passed: sendStop,
    refused: ignore,
    spawned: ignore,
    failed: ignore,
    ready: ignore,
    delayed: ignore,
    unhealthy: ignore,
    exited: die, // stopping -> (vacant)
    stop: hastenStop,
    kill: beginKill, // stopping -> killing
    due: (life) => beginKill(life, { reason: life.process.ending ?? 'watcher' }), // stopping -> killing
  },
  killing: {
    passed: ignore,
    refused: ignore,
    spawned: ignore,
    failed: ignore,
    ready: ignore,
    delayed: ignore,
    unhealthy: ignore,
    exited: die, // killing -> (vacant)
    stop: adoptReason,
    kill: adoptReason,
    due: killAgain,
  },
};

const atOnce: StopOrder = { signum: SIGKILL, timeoutMs: 0 };

/** Lets something happen to the process in this slot. */
export function happen<H extends keyof Happenings>(
  turn: Turn,
  watcher: WatcherRecord,
  slot: OccupiedSlot,
  happening: H,
  facts: Happenings[H],
): void {
  const rule: Rule<H> = table[slot.process.state][happening];
  rule({ turn, watcher, slot, process: slot.process }, facts);
}

/** Puts a new process into a vacant slot: asks before_spawn, or orders the spawn. */
export function beginProcess(turn: Turn, watcher: WatcherRecord, vacant: { wid: number }): void {
  const slot = vacant as OccupiedSlot;
  slot.process = {
    ticket: drawTicket(turn),
    generation: watcher.generation,
    state: 'gated',
    pid: null,
    bornAt: null,
    expiresAt: null,
    deadline: null,
    ending: null,
    note: null,
    pendingStop: null,
    gate: askHook(turn, watcher, 'before_spawn', { wid: slot.wid }),
    isAnnounced: false,
  };
  const life = { turn, watcher, slot, process: slot.process };
  if (slot.process.gate === null) orderSpawn(life);
}

/** Asks a process to end as its watcher's options say. */
export function stopProcess(
  turn: Turn,
  watcher: WatcherRecord,
  slot: OccupiedSlot,
  reason: EndReason,
): void {
  happen(turn, watcher, slot, 'stop', { order: stopOrder(watcher), reason });
}

/** Whether the watcher is in a state in which vacant slots are filled. */
export function isTended(watcher: WatcherRecord): boolean {
  const { state } = watcher;
  return state === 'starting' || state === 'confirming' || state === 'active';
}

function stopOrder({ rules }: WatcherRecord): StopOrder {
  return { signum: rules.stopSignal, timeoutMs: rules.gracefulTimeoutMs };
}

function orderSpawn({ turn, watcher, slot, process }: Life): void {
  process.state = 'spawning';
  process.gate = null;
  turn.actions.push({ type: 'spawn', key: watcher.key, wid: slot.wid, ticket: process.ticket });
}

function giveUpRefused(life: Life): void {
  giveUp(life, 'before_spawn has refused a process');
  leave(life);
}

function beBorn(life: Life, { pid, random }: Happenings['spawned']): void {
  const { turn, watcher, slot, process } = life;
  const { warmupDelayMs, maxAgeMs, maxAgeVarianceMs } = watcher.rules;
  process.pid = pid;
  process.bornAt = turn.now;
  if (maxAgeMs > 0) process.expiresAt = turn.now + maxAgeMs + random * maxAgeVarianceMs;
  if (warmupDelayMs > 0) watcher.spawnNotBefore = turn.now + warmupDelayMs;
  if (process.pendingStop !== null) {
    publishSpawn(life);
    beginStop(life, { order: process.pendingStop, reason: process.ending ?? 'watcher' });
    return;
  }
  process.gate = askHook(turn, watcher, 'after_spawn', { wid: slot.wid, pid });
  if (process.gate === null) accept(life);
  else process.state = 'confirming';
}

function accept(life: Life): void {
  const { turn, watcher, slot, process } = life;
  process.gate = null;
  publishSpawn(life);
  const { readiness } = watcher.rules;
  if (readiness === null || process.pid === null) {
    serve(life);
    return;
  }
  process.state = 'unready';
  process.deadline = turn.now + readiness.timeoutMs;
  const { ticket, pid } = process;
  turn.actions.push({ type: 'await_ready', key: watcher.key, wid: slot.wid, ticket, pid });
}

function publishSpawn({ turn, watcher, slot, process }: Life): void {
  process.isAnnounced = true;
  const facts = { process_pid: process.pid, process_id: slot.wid, wid: slot.wid };
  turn.actions.push({ type: 'publish', key: watcher.key, event: 'spawn', facts });
}

function becomeReady(life: Life): void {
  const { turn, watcher, slot, process } = life;
  const facts = { process_pid: process.pid, wid: slot.wid };
  turn.actions.push({ type: 'publish', key: watcher.key, event: 'ready', facts });
  serve(life);
}

/** From now on it counts. */
function serve({ turn, watcher, slot, process }: Life): void {
  process.state = 'running';
  process.deadline = null;
  process.note = null;
  slot.isLaunched = true;
  slot.trouble = null;
  const { ticket, pid } = process;
  if (!watcher.rules.liveness || pid === null) return;
  turn.actions.push({ type: 'watch_liveness', key: watcher.key, wid: slot.wid, ticket, pid });
}

function noteDelay({ process }: Life, { reason }: Happenings['delayed']): void {
  process.note = reason;
}

function endUnhealthy(life: Life, { reason }: Happenings['unhealthy']): void {
  const { turn, watcher, slot, process } = life;
  process.note = reason;
  slot.trouble = `pid ${process.pid} is unhealthy: ${reason}`;
  const text = `${watcher.name}: ${slot.trouble}; it is replaced`;
  turn.actions.push({ type: 'report', key: watcher.key, level: 'warn', text });
  beginStop(life, { order: stopOrder(watcher), reason: 'unhealthy' });
}

function missReadiness(life: Life): void {
  const { turn, watcher, slot, process } = life;
  const seconds = (watcher.rules.readiness?.timeoutMs ?? 0) / 1_000;
  const cause = process.note === null ? '' : `: ${process.note}`;
  process.note = `not ready within ${seconds} s${cause}`;
  slot.trouble = `pid ${process.pid} did not get ready within ${seconds} s${cause}`;
  const text = `${watcher.name}: ${slot.trouble}`;
  turn.actions.push({ type: 'report', key: watcher.key, level: 'warn', text });
  failReload(life, slot.trouble);
  beginStop(life, { order: stopOrder(watcher), reason: 'unfit' });
}

function rejectUnfit(life: Life): void {
  giveUp(life, `after_spawn has refused pid ${life.process.pid}`);
  beginStop(life, { order: stopOrder(life.watcher), reason: 'unfit' });
}

function failToSpawn(life: Life, facts: Happenings['failed']): void {
  const { turn, watcher, slot, process } = life;
  const { maxRetry, backoff } = watcher.rules;
  const { reason, isPermanent, random } = facts;
  slot.trouble = reason;
  const publication = { wid: slot.wid, reason, permanent: isPermanent };
  turn.actions.push({
    type: 'publish',
    key: watcher.key,
    event: 'spawn_failed',
    facts: publication,
  });
  if (isPermanent) slot.refusals += 1;
  const isHopeless = maxRetry >= 0 && slot.refusals >= Math.max(1, maxRetry);
  if (isPermanent && isHopeless && process.pendingStop === null) giveUp(life, reason);
  const delayMs = countFailure(slot, backoff, random);
  if (process.pendingStop !== null) leave(life);
  else vacate(life, delayMs);
}

function postponeStop(life: Life, { order, reason }: Happenings['stop']): void {
  const { process } = life;
  process.pendingStop = order;
  adoptReason(life, { reason });
}

function beginStop(life: Life, { order, reason }: Happenings['stop']): void {
  const { turn, watcher, process } = life;
  process.state = 'stopping';
  process.deadline = turn.now + order.timeoutMs;
  adoptReason(life, { reason });
  if (order.timeoutMs <= 0) {
    beginKill(life, { reason });
    return;
  }
  process.pendingStop = order;
  const asked = { pid: process.pid, signum: order.signum };
  process.gate = askHook(turn, watcher, 'before_signal', asked);
  if (process.gate === null) sendStop(life);
}

function sendStop({ turn, watcher, process }: Life): void {
  const { ticket, pid, pendingStop: order } = process;
  process.gate = null;
  process.pendingStop = null;
  if (pid === null || order === null) return;
  const { signum } = order;
  const withChildren = watcher.rules.stopChildren;
  turn.actions.push({ type: 'signal', key: watcher.key, ticket, pid, signum, withChildren });
  tellHook(turn, watcher, 'after_signal', { pid, signum });
}

/** A second stop may shorten the wait, and may bring another signal; it never lengthens it. */
function hastenStop(life: Life, { order, reason }: Happenings['stop']): void {
  const { turn, process } = life;
  const deadline = turn.now + order.timeoutMs;
  adoptReason(life, { reason });
  if (process.deadline !== null && deadline >= process.deadline) return;
  beginStop(life, { order, reason });
}

/** The watcher's own stop outranks why the process was asked to end before. */
function adoptReason({ process }: Life, { reason }: { reason: EndReason }): void {
  if (process.ending === null || reason === 'watcher') process.ending = reason;
}

function beginKill(life: Life, { reason }: Happenings['kill']): void {
  const { turn, watcher, process } = life;
  process.state = 'killing';
  process.gate = null;
  process.pendingStop = null;
  adoptReason(life, { reason });
  process.deadline = turn.now + killAgainAfterMs;
  const { ticket, pid } = process;
  if (pid !== null) turn.actions.push({ type: 'kill_tree', key: watcher.key, ticket, pid });
}

function killAgain(life: Life): void {
  beginKill(life, { reason: life.process.ending ?? 'watcher' });
}

function expire(life: Life): void {
  const { turn, watcher, slot, process } = life;
  const facts = { process_pid: process.pid, wid: slot.wid };
  turn.actions.push({ type: 'publish', key: watcher.key, event: 'expired', facts });
  beginStop(life, { order: stopOrder(watcher), reason: 'expired' });
}

function die(life: Life, facts: Happenings['exited']): void {
  const { turn, watcher, slot, process } = life;
  const { exitCode, hasRemains } = facts;
  const pid = process.pid;
  tellHook(turn, watcher, 'before_reap', { pid });
  if (hasRemains) leaveRemains(life);
  const delayMs = pauseAfter(life, facts);
  const mayFollow = mayBeReplaced(life, facts);
  const isReplaced = isTended(watcher) && !slot.isSurplus && mayFollow;
  if (isReapPublished(process)) {
    const backoff = isReplaced ? delayMs / 1_000 : 0;
    const reason = reasonOf(process);
    const reap = { process_pid: pid, exit_code: exitCode, wid: slot.wid, backoff, reason };
    turn.actions.push({ type: 'publish', key: watcher.key, event: 'reap', facts: reap });
  }
  tellHook(turn, watcher, 'after_reap', { pid, exit_code: exitCode });
  if (!mayFollow) {
    slot.isDone = true;
    watcher.outcome = exitCode;
  }
  vacate(life, delayMs);
}

/** What was wrong with it, when that is why it was ended. */
function reasonOf({ ending, note }: ProcessRecord): string | null {
  return ending === 'unfit' || ending === 'unhealthy' ? note : null;
}

/** How long the slot stays vacant after this death, in milliseconds. */
function pauseAfter(life: Life, facts: Happenings['exited']): number {
  const { failure, random } = facts;
  const { turn, watcher, slot, process } = life;
  const { backoff, maxRetry } = watcher.rules;
  if (failure !== null) {
    slot.trouble = failure;
    slot.refusals += 1;
    if (maxRetry >= 0 && slot.refusals >= Math.max(1, maxRetry)) giveUp(life, failure);
    return countFailure(slot, backoff, random);
  }
  slot.refusals = 0;
  if (process.ending === 'unfit') return countFailure(slot, backoff, random);
  const livedMs = turn.now - (process.bornAt ?? turn.now);
  if (process.ending === 'unhealthy') return countLife(slot, backoff, livedMs, random);
  if (process.ending !== null) {
    if (livedMs >= backoff.resetMs) slot.failures = 0;
    return 0;
  }
  if (process.state === 'unready') {
    slot.trouble = `pid ${process.pid} ended before it was ready${describeExit(facts)}`;
    failReload(life, slot.trouble);
  }
  return countLife(slot, backoff, livedMs, random);
}

function describeExit({ exitCode }: Happenings['exited']): string {
  if (exitCode === null) return '';
  return exitCode < 0 ? `, by signal ${-exitCode}` : `, with exit code ${exitCode}`;
}

/**
 * respawn = False: what ends by itself, by `kill` or because its liveness has failed is not replaced,
 * if it ever reached its work.
 */
function mayBeReplaced(
  { watcher, process }: Life,
  { failure }: Pick<Happenings['exited'], 'failure'>,
): boolean {
  if (failure !== null) return true;
  const { ending } = process;
  const isOver = ending === null || ending === 'command' || ending === 'unhealthy';
  return watcher.rules.respawn || !isOver;
}

/** Flapping counts every reap, so a lowered count, an age or a graceful reload must not look like one. */
function isReapPublished({ isAnnounced, ending }: ProcessRecord): boolean {
  return isAnnounced && ending !== 'surplus' && ending !== 'expired';
}

function leaveRemains({ turn, watcher, process }: Life): void {
  const { pid, ticket } = process;
  if (pid === null) return;
  const { stopSignal: signum, gracefulTimeoutMs } = watcher.rules;
  const isKilled = process.state === 'killing';
  const deadline =
    process.state === 'stopping' && process.deadline !== null
      ? process.deadline
      : turn.now + (isKilled ? killAgainAfterMs : gracefulTimeoutMs);
  watcher.remains.push({ pid, ticket, deadline, isKilled });
  const { key } = watcher;
  if (isKilled) turn.actions.push({ type: 'kill_remains', key, pid, ticket });
  else turn.actions.push({ type: 'end_remains', key, pid, ticket, signum });
}

/** Kills what a dead process left, and asks again later should that have no effect. */
export function killRemains(turn: Turn, watcher: WatcherRecord, ticket: number): void {
  const remains = watcher.remains.find((candidate) => candidate.ticket === ticket);
  if (remains === undefined) return;
  remains.isKilled = true;
  remains.deadline = turn.now + killAgainAfterMs;
  turn.actions.push({ type: 'kill_remains', key: watcher.key, pid: remains.pid, ticket });
}

/** Leaves the slot for good, or for a while. */
function vacate({ turn, watcher, slot }: Life, delayMs: number): void {
  const vacant: { process: ProcessRecord | null } = slot;
  vacant.process = null;
  slot.retryAt = delayMs > 0 ? turn.now + delayMs : null;
  if (slot.isSurplus || !isTended(watcher)) removeSlot(watcher, slot);
}

/** The end of a process that never was. */
function leave(life: Life): void {
  vacate(life, 0);
}

/** This cannot work: a reload is rolled back, otherwise the whole watcher is stopped. */
function giveUp(life: Life, reason: string): void {
  const { turn, watcher } = life;
  if (failReload(life, reason)) return;
  watcher.wanted = 'stopped';
  watcher.trouble = reason;
  const text = `${watcher.name} is stopped: ${reason}`;
  turn.actions.push({ type: 'report', key: watcher.key, level: 'error', text });
}

function failReload({ watcher, process }: Life, reason: string): boolean {
  const { reload } = watcher;
  if (reload?.kind !== 'graceful' || process.generation < reload.generation) return false;
  reload.failure ??= reason;
  return true;
}
