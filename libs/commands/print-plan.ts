/** A plan of `reloadconfig` as people read it: a line for every watcher that is touched. */
import { printValue, pythonRepr } from '#libs/options';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';

const actions: Readonly<Record<string, string>> = {
  adjust: 'adjusted, its processes stay',
  reload: 'reloaded',
  apply: 'applied',
};

/** `ok` when nothing is to be done, and for a daemon that tells no plan. */
export function printPlan(plan: Json | undefined): string {
  if (plan === undefined || !isJsonObject(plan)) return 'ok';
  const lines = [
    ...list(plan['added']).map((name) => `+ ${printValue(name)}: added`),
    ...list(plan['removed']).map((name) => `- ${printValue(name)}: removed`),
    ...list(plan['changed']).filter(isJsonObject).flatMap(printWatcher),
    ...list(plan['circus']).filter(isJsonObject).map(printCircus),
  ];
  return lines.length === 0 ? 'ok' : lines.join('\n');
}

function printWatcher({ name, action, options }: JsonObject): string[] {
  const title = `~ ${printValue(name)}: ${describeAction(action)}`;
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
