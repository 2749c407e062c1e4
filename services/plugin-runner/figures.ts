/** Figures of processes as `stats` tells them, for programs (protocol 2.6). */
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';

/** What one process uses; null is N/A. */
export interface Figures {
  readonly pid: number;
  /** Percent. */
  readonly cpu: number | null;
  /** Resident memory, percent of the machine's. */
  readonly memory: number | null;
  /** Resident memory. */
  readonly memoryBytes: number | null;
  readonly children: readonly Figures[];
}

const units = 'BKMGTPEZY';

/** `8.89M`, `1023B` or `12Ki` in bytes; `undefined` when it is no amount. Powers of 1024. */
export function parseBytes(text: string): number | undefined {
  const [, amount, unit = 'B'] = /^([\d.]+)\s*([BKMGTPEZY])(?:i?B?)?$/i.exec(text.trim()) ?? [];
  const bytes = Number(amount) * 1024 ** units.indexOf(unit.toUpperCase());
  return Number.isFinite(bytes) ? bytes : undefined;
}

/** The processes of an `info` of `stats`; those that have vanished are left out. */
export function readFigures(info: Json | undefined): Figures[] {
  if (!isJsonObject(info)) return [];
  return Object.values(info).filter(isJsonObject).map(figuresOf);
}

function figuresOf(process: JsonObject): Figures {
  const { pid, cpu, mem, mem_info1, children } = process;
  const list: readonly Json[] = Array.isArray(children) ? children : [];
  return {
    pid: Number(pid),
    cpu: typeof cpu === 'number' ? cpu : null,
    memory: typeof mem === 'number' ? mem : null,
    memoryBytes: typeof mem_info1 === 'string' ? (parseBytes(mem_info1) ?? null) : null,
    children: list.filter(isJsonObject).map(figuresOf),
  };
}
