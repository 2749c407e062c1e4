/** Protocols by name. /etc/protocols is asked, but a container has none, so the usual ones are known. */
import { readFileSync } from 'node:fs';

const known: Readonly<Record<string, number>> = {
  ip: 0,
  icmp: 1,
  tcp: 6,
  udp: 17,
  'ipv6-icmp': 58,
  icmpv6: 58,
  sctp: 132,
  udplite: 136,
  mptcp: 262,
};

/**
 * The number of a protocol.
 *
 * @throws Error there is none of that name; the message says which are known
 */
export function resolveProtocol(nameOrNumber: string | number): number {
  if (typeof nameOrNumber === 'number') return nameOrNumber;
  const name = nameOrNumber.toLowerCase();
  const number = known[name] ?? readProtocols().get(name);
  if (number !== undefined) return number;
  throw new Error(
    `there is no protocol "${nameOrNumber}": use ${Object.keys(known).join(', ')}, a name of /etc/protocols or a number`,
  );
}

function readProtocols(): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of readLines('/etc/protocols')) {
    const [name, number, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (name === undefined || !/^\d+$/.test(number ?? '')) continue;
    for (const word of [name, ...aliases]) found.set(word.toLowerCase(), Number(number));
  }
  return found;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
