/** Requests as broken clients, other programs and curious people send them. */
import type { Json } from '#libs/protocol';
import type { Dice } from './dice.ts';

/** A valid request of every command that may be spoilt, by command. `NAME` is one of our watchers. */
export const validRequests: Readonly<Record<string, readonly Record<string, Json>[]>> = {
  add: [
    { name: 'NAME', cmd: 'sleep 600', start: true },
    { name: 'NAME', cmd: 'sleep', args: ['600'], options: { graceful_timeout: 0.01 } },
    { name: 'NAME', cmd: 'true', options: { max_retry: 2, respawn: false }, start: true },
    { name: 'NAME', cmd: 'sleep 600', options: { numprocesses: 2, rlimit_nofile: 64, nice: 3 } },
  ],
  config: [{ name: 'NAME' }],
  decr: [{ name: 'NAME', nb: 2 }, { name: 'NAME' }],
  describe: [{}, { command: 'incr' }],
  dstats: [{}],
  events: [{ since: 5 }, { name: 'NAME', since: 999_999 }],
  get: [{ name: 'NAME', keys: ['cmd', 'numprocesses'] }],
  globaloptions: [{}, { option: 'endpoint' }],
  incr: [{ name: 'NAME', nb: 1 }],
  ipython: [{}],
  kill: [
    { name: 'NAME', graceful_timeout: 0.01 },
    { name: 'NAME', pid: '1', signum: 'KILL' },
  ],
  list: [{}, { name: 'NAME' }],
  listen: [{}],
  listsockets: [{}],
  numprocesses: [{}, { name: 'NAME' }],
  numwatchers: [{}],
  options: [{ name: 'NAME' }],
  reload: [{ name: 'NAME' }, { name: 'NAME', sequential: true }, { graceful: false, name: 'NAME' }],
  reloadconfig: [{ dry_run: true }, {}],
  reopenlogs: [{}],
  reset: [{ name: 'NAME' }],
  restart: [{ name: 'NAME' }, { name: 'f*', match: 'glob' }, { name: '(f|g).', match: 'regex' }],
  rm: [{ name: 'NAME' }],
  set: [
    { name: 'NAME', options: { numprocesses: 2 } },
    { name: 'NAME', options: { cmd: 'sleep 601', env: { A: '1' }, stop_signal: 2 } },
    { name: 'NAME', options: { 'hooks.before_start': 'a.b', rlimit_core: null, shell: false } },
    { name: 'NAME', options: { stdout_stream: { class: 'FileStream', filename: '/dev/null' } } },
  ],
  signal: [
    { name: 'NAME', signum: 0 },
    { name: 'NAME', signum: 'HUP', recursive: true },
    { name: 'NAME', signal: 'TERM', children: true, pid: 1, child_pid: 2 },
  ],
  start: [{ name: 'NAME' }, { name: 'f*' }, {}],
  stats: [{}, { name: 'NAME' }, { name: 'NAME', process: 1, extended: true }],
  status: [{}, { name: 'NAME' }],
  stop: [{ name: 'NAME' }, { name: 'f.*', match: 'regex' }],
  upgrade: [{ program: '/bin/false', patience: 1 }],
  version: [{}],
};

const names = ['fa', 'FB', 'f c', 'f.d'];

const oddKeys = [
  '',
  'name',
  'nb',
  'x',
  '__proto__',
  'constructor',
  'waiting',
  '\0',
  'a'.repeat(999),
];

const oddities: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  2 ** 53 - 1,
  -(2 ** 63),
  1e308,
  5e-324,
  '',
  ' ',
  'x',
  'a\0b',
  '\ud800',
  '\u2028',
  '💥',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '*',
  '[',
  '[!',
  '(',
  '(a+)+$',
  '\\',
  "'",
  '"',
  '-',
  '1e5',
  'SIGNOPE',
  'SIGRTMAX+99',
  '9'.repeat(400),
  [],
  {},
  [[]],
  [null, 1, 'x', {}],
  ['a', 'b'],
  JSON.parse('{"__proto__": {"a": 1}, "constructor": null}'),
  { class: 'Nope' },
  { '': '' },
];

/** Waiting for these is no fault, so they are never longer than a moment. */
const moments: Readonly<Record<string, readonly Json[]>> = {
  graceful_timeout: [0, 0.01, '0.01', -1, 'x', [], {}, null, true],
  warmup_delay: [0, 0.01, -1, 'x', [], {}, null],
};

/** What makes processes: as many as a machine bears, or far too many. */
const counts: readonly Json[] = [0, 1, 2, 3, -1, 1.5, 'x', null, [], 2 ** 53 - 1, 2 ** 31, 1e308];

/** A request, as frames, and what may be expected of the daemon. */
export interface SpoiltRequest {
  readonly frames: readonly Buffer[];
  /** Whether there is to be a reply. */
  readonly isAnswered: boolean;
  /** The reply may take as long as the work does. */
  readonly mayTakeLong: boolean;
}

/** The largest request that circusd reads, in bytes. */
const maxRequestBytes = 1024 * 1024;

/** A valid request of some command with up to three things wrong with it, or none. */
export function spoilRequest(dice: Dice, id: string): SpoiltRequest {
  const command = dice.pick(Object.keys(validRequests));
  const valid = dice.pick(validRequests[command] ?? [{}]);
  const properties: Record<string, Json> = structuredClone(valid);
  if (properties['name'] === 'NAME') properties['name'] = dice.pick(names);
  if (dice.happens(20)) properties['waiting'] = true;
  const message: Record<string, Json> = { id, command, properties };
  for (let left = dice.below(4); left > 0; left -= 1) dice.pick(changes)(message, dice);
  disarm(message);
  return inFrames(spoilBytes(Buffer.from(JSON.stringify(message)), dice), dice);
}

type Change = (message: Record<string, Json>, dice: Dice) => void;

const changes: readonly Change[] = [
  inProperties(replaceValue),
  inProperties(replaceValue),
  inProperties(replaceValue),
  inProperties((properties, dice) => {
    const key = dice.pick(Object.keys(properties));
    if (key !== undefined) delete properties[key];
  }),
  inProperties((properties, dice) => {
    setOwn(properties, dice.pick(oddKeys), structuredClone(dice.pick(oddities)));
  }),
  inProperties((properties, dice) => {
    const key = dice.pick(Object.keys(properties));
    properties[key] = nested(dice.pick([5, 60, 100, 1_000]), dice.happens(50));
  }),
  inProperties((properties, dice) => {
    if (dice.happens(10)) properties[dice.pick(Object.keys(properties))] = 'x'.repeat(1_000_000);
  }),
  (message, dice) => {
    message['properties'] = structuredClone(dice.pick(oddities));
  },
  (message, dice) => {
    message[dice.pick(['property', 'propeties', 'Properties'])] = message['properties'] ?? null;
    delete message['properties'];
  },
  (message, dice) => {
    const command = String(message['command']);
    message['command'] = dice.pick([command.toUpperCase(), `${command} `, `${command}\0`, 'nope']);
  },
  (message, dice) => {
    message['command'] = dice.pick(oddities);
  },
  (message) => {
    delete message['command'];
  },
  (message, dice) => {
    message['id'] = dice.pick(oddities);
  },
  (message, dice) => {
    message['msg_type'] = dice.pick(['cast', 'Cast', null, 1]);
  },
  (message, dice) => {
    setOwn(message, dice.pick(oddKeys), dice.pick(oddities));
  },
];

function inProperties(change: Change): Change {
  return (message, dice) => {
    const properties = asRecord(message['properties']);
    if (Object.keys(properties).length === 0) return;
    const options = asRecord(properties['options']);
    const inner = Object.keys(options).length > 0 && dice.happens(60);
    change(inner ? options : properties, dice);
  };
}

function replaceValue(properties: Record<string, Json>, dice: Dice): void {
  const key = dice.pick(Object.keys(properties));
  setOwn(properties, key, structuredClone(dice.pick(fittingOddities(key))));
}

function fittingOddities(key: string): readonly Json[] {
  if (key === 'nb' || key === 'numprocesses') return counts;
  return Object.hasOwn(moments, key) ? (moments[key] ?? oddities) : oddities;
}

/** Also `__proto__`, which an assignment takes for something else. */
function setOwn(target: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** An empty one for what is no object. */
function asRecord(value: Json | undefined): Record<string, Json> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, Json>) : {};
}

function nested(levels: number, inLists: boolean): Json {
  let value: Json = 1;
  for (let level = 0; level < levels; level += 1) value = inLists ? [value] : { x: value };
  return value;
}

/** Nothing that ends the daemon or makes another one of it, and nothing that makes more processes than can be looked after. */
function disarm(message: Record<string, Json>): void {
  if (String(message['command']).trim().toLowerCase() === 'quit') message['command'] = 'list';
  const properties = asRecord(message['properties']);
  if (typeof properties['program'] === 'string') properties['program'] = '/bin/false';
  else if (String(message['command']).trim().toLowerCase() === 'upgrade') {
    message['properties'] = { ...properties, program: properties['program'] ?? '/bin/false' };
  }
  const { nb } = properties;
  if (typeof nb === 'number' && nb < 0) properties['nb'] = 1;
}

/** Damage that knows nothing of JSON, to one request in eight. */
function spoilBytes(text: Buffer, dice: Dice): Buffer {
  if (!dice.happens(12)) return text;
  const at = dice.below(text.length + 1);
  return dice.pick([
    () => text.subarray(0, at),
    () => Buffer.concat([text, text]),
    () => Buffer.concat([text.subarray(0, at), Buffer.from([dice.below(256)]), text.subarray(at)]),
    () => Buffer.concat([Buffer.from('\uFEFF'), text]),
    () => Buffer.concat([Buffer.from(' \r\n\t'), text, Buffer.from('\n ')]),
    () => Buffer.from(`[${text}]`),
    () => Buffer.from(dice.pick(['', ' ', '\n', 'null', '12', '"x"', '[]', '{}', '{', '\0'])),
    () => Buffer.from(text.toString(), 'utf16le'),
    () => Buffer.from('['.repeat(100_000)),
    () => Buffer.from(`{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
    () => (dice.happens(10) ? Buffer.alloc(maxRequestBytes + 1, 'x') : text),
  ])();
}

function inFrames(body: Buffer, dice: Dice): SpoiltRequest {
  const empty = Buffer.alloc(0);
  const frames = dice.happens(92)
    ? [body]
    : dice.pick([[empty, body], [body, empty], [empty, empty, body], [body, body, body], [empty]]);
  return { frames, ...expectation(frames) };
}

/** What protocol 1 says of these frames, read without any code of the daemon's. */
function expectation(frames: readonly Buffer[]): Omit<SpoiltRequest, 'frames'> {
  const body = frames.at(-1) ?? Buffer.alloc(0);
  const isShaped = frames.length === 1 || (frames.length === 2 && frames[0]?.length === 0);
  if (!isShaped || body.length > maxRequestBytes) return { isAnswered: false, mayTakeLong: false };
  let message: unknown;
  try {
    message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { isAnswered: true, mayTakeLong: false };
  }
  const isCast = Object(message)['msg_type'] === 'cast' && !isTooDeep(message as Json);
  return { isAnswered: !isCast, mayTakeLong: body.includes('"waiting"') };
}

/** What is nested deeper than 64 levels is read no further, not even whether it is a cast. */
function isTooDeep(value: Json, levels = 64): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner: Json) => isTooDeep(inner, levels - 1));
}
