/** Addresses of sockets: as people write them and as the kernel keeps them (struct sockaddr). */
import { libc } from './libc.ts';
import { constants } from './platform.ts';

/** The families and types that a managed socket can have, with the kernel's numbers. */
export const socketFamilies = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10 } as const;
export const socketTypes = {
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_RDM: 4,
  SOCK_SEQPACKET: 5,
} as const;

export type SocketFamily = keyof typeof socketFamilies;
export type SocketType = keyof typeof socketTypes;

/** Where a socket is. */
export type SocketAddress =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

/** `127.0.0.1:80`, `[::1]:80`, a path. */
export function formatAddress(address: SocketAddress): string {
  if ('path' in address) return address.path;
  const { host, port } = address;
  if (host.includes(':')) return `[${host}]:${port}`;
  return `${host === '' ? '*' : host}:${port}`;
}

/** The struct for bind(2). @throws HostError the name has no address of that family */
export function encodeAddress(family: SocketFamily, address: SocketAddress): Buffer {
  if ('path' in address) {
    const bytes = Buffer.from(`__${address.path}\0`);
    bytes.writeUInt16LE(socketFamilies.AF_UNIX, 0);
    return bytes;
  }
  const encoded = resolveHost(address.host, family);
  encoded.writeUInt16BE(address.port, 2);
  return encoded;
}

/** A host name without an address. */
export class HostError extends Error {
  override readonly name = 'HostError';
}

const loopback: Readonly<Record<string, string>> = { AF_INET: '127.0.0.1', AF_INET6: '::1' };

// struct addrinfo of 64-bit Linux, the same in glibc and musl.
const addrinfoBytes = 48;
const lengthOffset = 16;
const addressOffset = 24;

/**
 * The first address of a name, without a port. `localhost` is what it should be, whatever the
 * machine's files say of it; empty is every address.
 */
function resolveHost(host: string, family: SocketFamily): Buffer {
  const name = host.toLowerCase() === 'localhost' ? (loopback[family] ?? host) : host;
  const hints = Buffer.alloc(addrinfoBytes);
  hints.writeInt32LE(name === '' ? constants.AI_PASSIVE : 0, 0);
  hints.writeInt32LE(socketFamilies[family], 4);
  hints.writeInt32LE(socketTypes.SOCK_STREAM, 8);
  const found = Buffer.alloc(8);
  const failed = libc().getaddrinfo(name === '' ? null : name, '0', hints, found);
  if (failed !== 0) {
    const reason = libc().gai_strerror(failed);
    throw new HostError(`host '${host}' has no ${family} address: ${reason}`);
  }
  const list = found.readBigUInt64LE(0);
  try {
    const entry = copyFrom(list, addrinfoBytes);
    return copyFrom(entry.readBigUInt64LE(addressOffset), entry.readUInt32LE(lengthOffset));
  } finally {
    libc().freeaddrinfo(list);
  }
}

function copyFrom(pointer: bigint, length: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(length);
  libc().memcpy(copy, pointer, length);
  return copy;
}

/** The longest struct sockaddr there is. */
const longest = 128;

/** The kernel's answer to getsockname(2): family number and address. `undefined`: no such socket. */
export function readLocalAddress(
  fd: number,
): { readonly family: number; readonly address: SocketAddress } | undefined {
  const bytes = Buffer.alloc(longest);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(longest, 0);
  if (libc().getsockname(fd, bytes, length) !== 0) return undefined;
  const family = bytes.readUInt16LE(0);
  return { family, address: decodeAddress(bytes, length.readUInt32LE(0)) };
}

function decodeAddress(bytes: Buffer, length: number): SocketAddress {
  const family = bytes.readUInt16LE(0);
  if (family === socketFamilies.AF_INET) {
    return { host: [...bytes.subarray(4, 8)].join('.'), port: bytes.readUInt16BE(2) };
  }
  if (family === socketFamilies.AF_INET6) {
    return { host: formatIp6(bytes.subarray(8, 24)), port: bytes.readUInt16BE(2) };
  }
  const path = bytes.toString('utf8', 2, Math.max(2, length));
  // An abstract name begins with a NUL, which people write as @.
  if (path.startsWith('\0')) return { path: `@${path.slice(1)}` };
  return { path: path.split('\0', 1)[0] ?? '' };
}

/** The URL parser knows how to shorten it. */
function formatIp6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => {
    return bytes.readUInt16BE(index * 2).toString(16);
  });
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
