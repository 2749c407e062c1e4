import {
  CircusError,
  type Controller,
  isJsonObject,
  type Json,
  type ProcessView,
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

The reply has \`infos\` by watcher and pid, \`info\` by pid, or \`info\` of the one process.`,
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
  execute(controller, { name, process, extended }) {
    if (name === undefined) {
      const views = controller.watchers().map((view) => {
        return [view.name, describeAll(controller.processes(view.key))] as const;
      });
      return { infos: Object.fromEntries(views) };
    }
    const { key } = requireWatcher(controller, name);
    if (process === undefined) {
      const processes = controller.processes(key);
      if (!extended) return { name, info: describeAll(processes) };
      return extendAll(controller, key, processes).then((info) => ({ name, info }));
    }
    const found = controller.processes(key, process);
    if (found[0] !== undefined && !extended) return { process, info: describeOne(found[0]) };
    if (found[0] !== undefined) {
      return extendAll(controller, key, found).then((info) => {
        return { process, info: info[String(process)] ?? null };
      });
    }
    throw new CircusError('not_found', `process ${process} not found in '${name}'`);
  },
  toProperties({ words: [name, process], flags }) {
    return { ...given({ name, process }), extended: flags['extended'] === true };
  },
  print({ infos, name, process, info }) {
    if (process !== undefined) return `${processLines(String(process), info ?? null).join('\n')}\n`;
    const watchers = isJsonObject(infos) ? infos : { [String(name)]: info ?? {} };
    return Object.entries(watchers)
      .flatMap(([watcher, pids]) => [`${watcher}:`, ...linesOf(pids)])
      .join('\n');
  },
});

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
