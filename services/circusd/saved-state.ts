/**
 * What one circusd writes down for the next program of its process: a line that tells the format, JSON,
 * and bytes. A format that has been released stays readable.
 */
import { Buffer } from 'node:buffer';
import { fstatSync, readSync, writeSync } from 'node:fs';
import { Baggage, type SavedArbiter, type Unpack } from '#libs/arbiter';
import type { SavedEndpoints } from './endpoints.ts';

/** The format that is written; raised by a change that a reader of the one before would get wrong. */
const stateFormat = 1;

/** A circusd between two programs. */
export interface SavedDaemon {
  /** Of the program that has written it. */
  readonly version: string;
  readonly pid: number;
  /** Descriptors that are open under their numbers. */
  readonly descriptors: readonly number[];
  readonly arbiter: SavedArbiter;
  /** null: it has only been asked whether it can be read. */
  readonly endpoints: SavedEndpoints | null;
}

/** A state that was read, and what it is about. */
export interface ReadState {
  readonly saved: SavedDaemon;
  readonly unpack: Unpack;
}

const title = 'circusd state';

/** Writes a state to an empty file. */
export function writeState(
  fd: number,
  describe: (baggage: Baggage) => Omit<SavedDaemon, 'descriptors'>,
): readonly number[] {
  const baggage = new Baggage();
  const described = describe(baggage);
  const { descriptors } = baggage;
  const saved: SavedDaemon = { ...described, descriptors };
  const json = Buffer.from(JSON.stringify(saved));
  const head = Buffer.from(`${title} ${stateFormat} ${json.length}\n`);
  for (const part of [head, json, ...baggage.parts]) writeAll(fd, part);
  return descriptors;
}

/**
 * Reads a state.
 *
 * @throws Error it is none, or of a format that this program does not know
 */
export function readState(fd: number): ReadState {
  const file = readAll(fd);
  const headEnd = file.indexOf('\n');
  const words = file.toString('latin1', 0, Math.max(0, Math.min(headEnd, 100)));
  const [, format, length] = /^circusd state (\d+) (\d+)$/.exec(words) ?? [];
  if (length === undefined) throw new Error('the state of no circusd');
  if (Number(format) !== stateFormat) {
    throw new Error(`a state of format ${format}; this circusd reads format ${stateFormat}`);
  }
  const jsonEnd = headEnd + 1 + Number(length);
  const saved = JSON.parse(file.toString('utf8', headEnd + 1, jsonEnd)) as SavedDaemon;
  const unpack: Unpack = ({ at, length }) => file.subarray(jsonEnd + at, jsonEnd + at + length);
  return { saved, unpack };
}

function writeAll(fd: number, data: Buffer): void {
  for (let at = 0; at < data.length; ) at += writeSync(fd, data, at);
}

/** From its beginning, wherever whoever else has it may be. */
function readAll(fd: number): Buffer {
  const file = Buffer.allocUnsafeSlow(fstatSync(fd).size);
  let at = 0;
  while (at < file.length) {
    const count = readSync(fd, file, at, file.length - at, at);
    if (count === 0) break;
    at += count;
  }
  return file.subarray(0, at);
}
