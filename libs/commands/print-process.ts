/** A process description as one line (protocol 2.3 "stats"). */
import { printValue } from '#libs/options';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';

const fields = [
  'cmdline',
  'username',
  'nice',
  'mem_info1',
  'mem_info2',
  'cpu',
  'mem',
  'ctime',
] as const;

/** pid, two blanks, then the fields. */
export function infoLine(info: JsonObject): string {
  return `${printValue(info['pid'])}  ${fields.map((field) => printValue(info[field])).join(' ')}`;
}

/** `<pid>: <infoline>`, and its children indented below; a text in place of a description is shown. */
export function processLines(pid: string, info: Json): string[] {
  if (!isJsonObject(info)) return [`${pid}: ${printValue(info)}`];
  const { children } = info;
  const below = Array.isArray(children) ? children.filter(isJsonObject) : [];
  return [`${pid}: ${infoLine(info)}`, ...below.map((child) => `   ${infoLine(child)}`)];
}
