/** Messages of one pass: a process each, and what a group of them comes to (protocol 4). */
import { notAvailable } from '#libs/process-info';
import { type JsonObject, statTopic } from '#libs/protocol';
import type { Sample } from './process-sampler.ts';
import type { StatMessage } from './stats-publisher.ts';

/** A member of a group; `name` is that of a program of circus, else null. */
export interface Member {
  readonly pid: number;
  readonly name: string | null;
  readonly sample: Sample;
}

/** The messages of the members of a group. */
export function memberMessages(group: string, members: readonly Member[]): StatMessage[] {
  return members.map(({ pid, name, sample }) => ({
    topic: statTopic(group, pid),
    payload: Object.assign(sample.description, { subtopic: pid, name }),
  }));
}

/** cpu is the mean, mem the sum, age the oldest one's; unknown as soon as one member's is. */
export function groupMessage(
  group: string,
  members: readonly Member[],
  more: JsonObject = {},
): StatMessage {
  const samples = members.map(({ sample }) => sample);
  const cpu = sumOf(samples.map((sample) => sample.cpu));
  const payload = {
    pid: members.map(({ pid }) => pid),
    cpu: cpu === notAvailable ? cpu : round(2, cpu / Math.max(1, members.length)),
    mem: round(3, sumOf(samples.map(({ mem }) => mem))),
    age: members.length === 0 ? notAvailable : round(2, oldestOf(samples.map(({ age }) => age))),
    ...more,
  };
  return { topic: statTopic(group), payload };
}

type Value = Sample['cpu'];

function sumOf(values: readonly Value[]): Value {
  let sum = 0;
  for (const value of values) {
    if (value === notAvailable) return value;
    sum += value;
  }
  return sum;
}

function oldestOf(values: readonly Value[]): Value {
  let oldest = 0;
  for (const value of values) {
    if (value === notAvailable) return value;
    oldest = Math.max(oldest, value);
  }
  return oldest;
}

function round(decimals: number, value: Value): Value {
  if (value === notAvailable) return value;
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
