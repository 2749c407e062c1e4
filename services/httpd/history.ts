/** The course of figures over time, in bounded memory. */
import type { Sample } from './console-state.ts';

/** How often a sample is kept, and for how long, in seconds: finest first. */
const resolutions = [
  { everyS: 1, forS: 300 },
  { everyS: 10, forS: 3600 },
  { everyS: 60, forS: 86_400 },
] as const;

const numbersASample = 3;

/** The last samples, in 24 bytes each: a thousand processes have some hundred thousand of them. */
class Ring {
  readonly #numbers: Float64Array;
  readonly #capacity: number;
  #added = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#numbers = new Float64Array(capacity * numbersASample);
  }

  /** Epoch seconds of the latest; undefined: there is none. */
  get lastTime(): number | undefined {
    return this.#added === 0 ? undefined : this.#at(this.#added - 1)[0];
  }

  add([time, cpu, rss]: Sample): void {
    const place = (this.#added % this.#capacity) * numbersASample;
    this.#numbers.set([time, cpu ?? Number.NaN, rss ?? Number.NaN], place);
    this.#added += 1;
  }

  /** Those at or after `time`, oldest first. */
  since(time: number): readonly Sample[] {
    const samples: Sample[] = [];
    const oldest = Math.max(0, this.#added - this.#capacity);
    for (let index = this.#added - 1; index >= oldest; index -= 1) {
      const sample = this.#at(index);
      if (sample[0] < time) break;
      samples.push(sample);
    }
    return samples.reverse();
  }

  #at(index: number): Sample {
    const place = (index % this.#capacity) * numbersASample;
    const [time = 0, cpu = 0, rss = 0] = this.#numbers.subarray(place, place + numbersASample);
    return [time, known(cpu), known(rss)];
  }
}

/** The course of one thing's figures, kept coarser the older it is. */
export class Course {
  readonly #rings: readonly { readonly everyS: number; readonly forS: number; ring: Ring }[];

  /** `longestS`: how far back charts of it go, in seconds; a day at most. */
  constructor(longestS: number) {
    const kept = resolutions.filter(({ everyS, forS }) => everyS === 1 || forS <= longestS);
    this.#rings = kept.map(({ everyS, forS }) => {
      return { everyS, forS, ring: new Ring(Math.ceil(forS / everyS)) };
    });
  }

  add(sample: Sample): void {
    for (const { everyS, ring } of this.#rings) {
      const { lastTime } = ring;
      // samples do not come to the moment
      if (lastTime === undefined || sample[0] - lastTime >= everyS * 0.9) ring.add(sample);
    }
  }

  /** The last `seconds`, in the finest resolution that reaches so far back. */
  last(seconds: number, now: number): readonly Sample[] {
    const fitting = this.#rings.find(({ forS }) => forS >= seconds) ?? this.#rings.at(-1);
    return fitting?.ring.since(now - seconds) ?? [];
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
