import {
  CircusError,
  type Controller,
  isJsonObject,
  type Json,
  type JsonObject,
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
  async execute(controller, { name, process }) {
    if (name === undefined) return { infos: await describeWatchers(controller) };
    const { key } = requireWatcher(controller, name);
    if (process === undefined) return { name, info: describeAll(await controller.processes(key)) };
    const [found] = await controller.processes(key, process);
    if (found !== undefined) return { process, info: describeOne(found) };
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

function describeOne({ info, children, started, wid, age }: ProcessView): Json {
  if (info === null) return 'No such process (stopped?)';
  return { ...info, age, children, started, wid };
}

function linesOf(pids: Json): string[] {
  if (!isJsonObject(pids)) return [];
  return Object.entries(pids).flatMap(([pid, info]) => processLines(pid, info));
}
