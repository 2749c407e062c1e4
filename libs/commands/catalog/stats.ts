import {
  CircusError,
  type Controller,
  isJsonObject,
  type Json,
  type JsonObject,
  type ProcessView,
  type ReplyBody,
  type WatcherView,
} from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { given } from '../given.ts';
import { processLines } from '../print-process.ts';
import { requireWatcher } from '../select.ts';

/** Manual 5.5 "stats". */
export const stats = defineCommand({
  name: 'stats',
  summary: 'Get process infos',
  description: `What processes use: of all watchers, of one, or a single process. A line has the pid,
command, user, niceness, resident and virtual memory, CPU and memory in percent, and CPU time;
children of a process are indented below it. CPU is counted from the last time that somebody asked.

The reply has \`infos\` by watcher and pid, \`info\` by pid, or \`info\` of the one process. Where output was
dropped (\`on_full = drop\`) it has \`dropped\`, the bytes of each watcher.`,
  manual: '5.5',
  properties: {
    name: { kind: 'string', doc: 'The watcher, in any case; all watchers without it.' },
    process: { kind: 'pid', doc: 'One process of the watcher.' },
    extended: { kind: 'boolean', default: false, doc: 'Ask the extended_stats hook too.' },
  },
  isReadOnly: true,
  usage: '[name] [process]',
  flags: [{ spelling: '--extended', doc: 'Ask the extended_stats hook too' }],
  examples: ['circusctl stats', 'circusctl stats web', 'circusctl stats web 4711'],
  async execute(controller, { name, process, extended }) {
    if (name === undefined) {
      const infos = await describeWatchers(controller);
      return { infos, ...dropsOf(controller.watchers()) };
    }
    const view = requireWatcher(controller, name);
    const { key } = view;
    if (process === undefined) {
      const processes = await controller.processes(key);
      const info = extended ? await extendAll(controller, key, processes) : describeAll(processes);
      return { name, info, ...dropsOf([view]) };
    }
    const found = await controller.processes(key, process);
    if (found[0] !== undefined && !extended) return { process, info: describeOne(found[0]) };
    if (found[0] !== undefined) {
      const info = await extendAll(controller, key, found);
      return { process, info: info[String(process)] ?? null };
    }
    throw new CircusError('not_found', `process ${process} not found in '${name}'`);
  },
  toProperties({ words: [name, process], flags }) {
    return { ...given({ name, process }), extended: flags['extended'] === true };
  },
  print({ infos, name, process, info, dropped }) {
    if (process !== undefined) return `${processLines(String(process), info ?? null).join('\n')}\n`;
    const watchers = isJsonObject(infos) ? infos : { [String(name)]: info ?? {} };
    return Object.entries(watchers)
      .flatMap(([watcher, pids]) => [`${watcher}:`, ...linesOf(pids)])
      .concat(Object.entries(Object(dropped)).map(([watcher, bytes]) => dropLine(watcher, bytes)))
      .join('\n');
  },
});

/** Nothing where nothing was dropped. */
function dropsOf(watchers: readonly WatcherView[]): ReplyBody {
  const drops = watchers.filter(({ droppedBytes = 0 }) => droppedBytes > 0);
  if (drops.length === 0) return {};
  return { dropped: Object.fromEntries(drops.map((view) => [view.name, view.droppedBytes ?? 0])) };
}

function dropLine(watcher: string, bytes: unknown): string {
  return `${watcher}: ${bytes} bytes of output were dropped`;
}

/** All that are there when it is their turn: looking at many processes takes time. */
async function describeWatchers(controller: Controller): Promise<JsonObject> {
  const infos: [string, Json][] = [];
  for (const { key, name } of controller.watchers()) {
    if (controller.findWatcher(key) === undefined) continue;
    infos.push([name, describeAll(await controller.processes(key))]);
  }
  return Object.fromEntries(infos);
}

function describeAll(processes: readonly ProcessView[]): Record<string, Json> {
  return Object.fromEntries(processes.map((view) => [String(view.pid), describeOne(view)]));
}

/** Of all watchers the hook is not asked (protocol 2.3). */
async function extendAll(
  controller: Controller,
  key: string,
  processes: readonly ProcessView[],
): Promise<Record<string, Json>> {
  const extended = processes.map(async (view): Promise<[string, Json]> => {
    const stats = describeOne(view);
    if (!isJsonObject(stats)) return [String(view.pid), stats];
    return [String(view.pid), await controller.extendStats(key, view.pid, stats)];
  });
  return Object.fromEntries(await Promise.all(extended));
}

function describeOne({ info, children, started, wid, age }: ProcessView): Json {
  if (info === null) return 'No such process (stopped?)';
  return { ...info, age, children, started, wid };
}

function linesOf(pids: Json): string[] {
  if (!isJsonObject(pids)) return [];
  return Object.entries(pids).flatMap(([pid, info]) => processLines(pid, info));
}
