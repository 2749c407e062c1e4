/** A plan of `reloadconfig` as people read it: a line for every socket and watcher that is touched. */
import { printValue, pythonRepr } from '#libs/options';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';

const actions: Readonly<Record<string, string>> = {
  adjust: 'adjusted, its processes stay',
  reload: 'reloaded',
  apply: 'applied',
  'restart circusd': 'takes effect when circusd is started again',
};

/** `ok` when nothing is to be done, and for a daemon that tells no plan. */
export function printPlan(plan: Json | undefined): string {
  if (plan === undefined || !isJsonObject(plan)) return 'ok';
  const lines = [
    ...printSockets(plan['sockets']),
    ...list(plan['added']).map((name) => `+ ${printValue(name)}: added`),
    ...list(plan['removed']).map((name) => `- ${printValue(name)}: removed`),
    ...list(plan['changed']).filter(isJsonObject).flatMap(printWatcher),
    ...list(plan['circus']).filter(isJsonObject).map(printCircus),
  ];
  return lines.length === 0 ? 'ok' : lines.join('\n');
}

/** Nothing for a daemon that has no sockets in its plan. */
function printSockets(plan: Json | undefined): string[] {
  if (plan === undefined || !isJsonObject(plan)) return [];
  return [
    ...list(plan['added']).map((name) => `+ socket ${printValue(name)}: added`),
    ...list(plan['removed']).map((name) => `- socket ${printValue(name)}: removed`),
    ...list(plan['changed'])
      .filter(isJsonObject)
      .flatMap(({ name, options }) =>
        printOptions(`~ socket ${printValue(name)}: changed`, options),
      ),
  ];
}

function printWatcher({ name, action, options }: JsonObject): string[] {
  return printOptions(`~ ${printValue(name)}: ${describeAction(action)}`, options);
}

function printOptions(title: string, options: Json | undefined): string[] {
  return [
    title,
    ...list(options)
      .filter(isJsonObject)
      .map((option) => `    ${printChange(option)}`),
  ];
}

function printCircus(change: JsonObject): string {
  return `~ [circus] ${printChange(change)} (${describeAction(change['action'])})`;
}

function printChange({ name, before, after }: JsonObject): string {
  return `${printValue(name)}: ${pythonRepr(before ?? null)} -> ${pythonRepr(after ?? null)}`;
}

function describeAction(action: Json | undefined): string {
  const text = printValue(action);
  return actions[text] ?? text;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
