/** The rows of a coverage table: how each option or command is seen from outside of circusd. */
import assert from 'node:assert/strict';
import type { JsonObject } from '#libs/protocol';
import { type Daemon, type Report, readReport } from '../../system/daemon.ts';
import { within } from '../../system/until.ts';

/** What an observation may look at. */
export interface Sight {
  readonly daemon: Daemon;
  /** Where workers write. */
  readonly out: string;
  /** The watcher of the row. */
  readonly name: string;
  /** What the row's worker tells of itself. */
  report(): Promise<Report>;
  /** The events of the row's watcher so far. */
  events(): Promise<JsonObject[]>;
}

/** One row: seen to work, or accepted without effect. */
export type Row =
  | {
      readonly kind: 'observed';
      /** What is asked for: lines of the configuration, or a message. */
      readonly tried: string;
      /** What is seen then, for people. */
      readonly seen: string;
      /** Somebody else can neither ask for it nor see it. */
      readonly needsRoot?: true;
      /** @throws Error it is not seen */
      readonly look: (sight: Sight) => Promise<void>;
    }
  | { readonly kind: 'no effect'; readonly tried: string; readonly reason: string };

export type Rows = Readonly<Record<string, Row>>;

export function observed(tried: string, seen: string, look: (sight: Sight) => Promise<void>): Row {
  return { kind: 'observed', tried, seen, look };
}

/** Seen in what the worker tells of itself. */
export function reported(tried: string, seen: string, isRight: (report: Report) => boolean): Row {
  return observed(tried, `its process: ${seen}`, async (sight) => {
    const report = await sight.report();
    assert.ok(isRight(report), JSON.stringify(report));
  });
}

/** Only root can ask for it. */
export function asRoot(row: Row): Row {
  return row.kind === 'observed' ? { ...row, needsRoot: true } : row;
}

/** Whether whoever runs the test can try the row. */
export function canTry(row: Row): boolean {
  return row.kind === 'no effect' || row.needsRoot !== true || process.getuid?.() === 0;
}

export function noEffect(reason: string, tried = ''): Row {
  return { kind: 'no effect', reason, tried };
}

/** Makes the sight of a row. */
export function sightOf(daemon: Daemon, name: string): Sight {
  return {
    daemon,
    out: `${daemon.folder}/out`,
    name,
    report: () => readReport(daemon.folder, name),
    events: () => daemon.replay({ name }),
  };
}

/** How long something that is to come has to show that it has come. */
const toComeMs = 3_000;

/**
 * Looks at every row; all that fail are told at once. Of those to come none may be seen.
 *
 * @throws AssertionError with every row that is not as the table has it
 */
export async function lookAtAll(
  rows: Rows,
  sightFor: (row: string) => Sight,
  toCome: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const looks = Object.entries(rows).map(async ([name, row]) => {
    if (row.kind === 'no effect' || !canTry(row)) return [];
    const look = row.look(sightFor(name));
    const part = toCome.get(name);
    try {
      if (part === undefined) await look;
      else await within(name, look, toComeMs);
    } catch (error) {
      return part === undefined
        ? [`${name}: ${error instanceof Error ? error.message : error}`]
        : [];
    }
    return part === undefined ? [] : [`${name} works: take it off the list of to-come.ts`];
  });
  assert.deepEqual((await Promise.all(looks)).flat(), []);
}
