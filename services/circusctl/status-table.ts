/** `status` for people: state by sign, word and colour, processes, and what is wrong. */
import type { Look, Tone } from './look.ts';
import { type Cell, drawTable } from './table.ts';
import { isSettled, type WatcherSight } from './watcher-sight.ts';

/** How a state is shown. */
interface StateSign {
  readonly unicode: string;
  readonly ascii: string;
  readonly tone: Tone;
}

const signs: Readonly<Record<string, StateSign>> = {
  active: { unicode: '●', ascii: '+', tone: 'good' },
  starting: { unicode: '▲', ascii: '^', tone: 'busy' },
  stopping: { unicode: '▼', ascii: 'v', tone: 'busy' },
  stopped: { unicode: '○', ascii: '-', tone: 'quiet' },
};
const short: StateSign = { unicode: '◐', ascii: '~', tone: 'busy' };
const trouble: StateSign = { unicode: '✗', ascii: '!', tone: 'bad' };

/** No final newline. */
export function drawStatus(sights: readonly WatcherSight[], look: Look): string {
  if (sights.length === 0) return 'There are no watchers.';
  const hasNotes = sights.some((sight) => noteOf(sight) !== '');
  const columns = ['', 'watcher', 'state', 'processes', ...(hasNotes ? ['note'] : [])];
  return drawTable(
    columns,
    sights.map((sight) => rowOf(sight, look).slice(0, columns.length)),
    look,
  );
}

function rowOf(sight: WatcherSight, { isUnicode }: Look): Cell[] {
  const { name, status, pids, wanted } = sight;
  const { tone, ...sign } = signOf(sight);
  return [
    { text: isUnicode ? sign.unicode : sign.ascii, tone },
    name,
    { text: status, tone },
    `${pids.length}/${wanted ?? '?'}`,
    noteOf(sight),
  ];
}

function signOf(sight: WatcherSight): StateSign {
  if (sight.trouble !== undefined) return trouble;
  if (sight.status === 'active' && !isSettled(sight)) return short;
  return signs[sight.status] ?? short;
}

function noteOf({ trouble, status, pids, wanted, ready, reload }: WatcherSight): string {
  if (trouble !== undefined) return trouble;
  if (reload !== undefined) return `reload: ${reload}`;
  if (ready !== undefined && ready !== `${wanted}/${wanted}`) return `ready ${ready}`;
  if (status !== 'active' || wanted === undefined) return '';
  const missing = wanted - pids.length;
  if (missing > 0) return `${missing} missing`;
  return missing < 0 ? `${-missing} ending` : '';
}
