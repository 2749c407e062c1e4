import type { Sample } from './console-state.ts';

/** How often a sample is kept, and for how long, in seconds: finest first. */
const resolutions = [
  { everyS: 1, forS: 300 },
  { everyS: 10, forS: 3600 },
  { everyS: 60, forS: 86_400 },
] as const;

/**
 * The course of one thing's figures, kept coarser the older it is: enough for charts of 5 minutes
 * to a day in bounded memory.
 */
class Course {
  readonly #rings: Sample[][] = resolutions.map(() => []);

  add(sample: Sample): void {
    for (const [place, { everyS, forS }] of resolutions.entries()) {
      const ring = this.#rings[place] ?? [];
      const last = ring.at(-1);
      if (last !== undefined && sample[0] - last[0] < everyS * 0.9) continue;
      ring.push(sample);
      const oldest = sample[0] - forS;
      // dropped in lots, so that adding stays cheap
      if ((ring[0]?.[0] ?? oldest) < oldest - forS / 10) {
        ring.splice(
          0,
          ring.findIndex(([time]) => time >= oldest),
        );
      }
    }
  }

  /** The last `seconds`, in the finest resolution that reaches so far back. */
  last(seconds: number, now: number): readonly Sample[] {
    const fitting = resolutions.findIndex(({ forS }) => forS >= seconds);
    const ring = this.#rings[fitting === -1 ? resolutions.length - 1 : fitting] ?? [];
    return ring.filter(([time]) => time >= now - seconds);
  }

  /** Whether nothing was added since. */
  isOlderThan(time: number): boolean {
    return (this.#rings[0]?.at(-1)?.[0] ?? 0) < time;
  }
}

/** The charts of watchers, of processes, of circusd, by a key. */
export class History {
  readonly #courses = new Map<string, Course>();

  add(key: string, sample: Sample): void {
    const course = this.#courses.get(key) ?? new Course();
    this.#courses.set(key, course);
    course.add(sample);
  }

  last(key: string, seconds: number, now: number): readonly Sample[] {
    return this.#courses.get(key)?.last(seconds, now) ?? [];
  }

  /** Forgets what had no sample since `time`: processes that are gone. */
  forgetBefore(time: number): void {
    for (const [key, course] of this.#courses) {
      if (course.isOlderThan(time)) this.#courses.delete(key);
    }
  }
}

/** The key of a process's course. */
export function processCourse(watcher: string, pid: number): string {
  return `${watcher}/${pid}`;
}
