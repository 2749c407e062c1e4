/**
 * Sockets that circusd makes and processes serve. Made with libc alone: a net.Server of Node would
 * accept connections itself, and make every socket non-blocking.
 */
import { closeSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { findAddressOwner } from './address-owner.ts';
import { errnoName, errnoNumber, lastErrno, libc, SystemError } from './libc.ts';
import { constants } from './platform.ts';
import {
  encodeAddress,
  formatAddress,
  HostError,
  readLocalAddress,
  type SocketAddress,
  type SocketFamily,
  type SocketType,
  socketFamilies,
  socketTypes,
} from './socket-address.ts';
import { errnoText, SocketError } from './socket-error.ts';
import { type SavedSocketFile, SocketFile } from './socket-file.ts';
import {
  bindToInterface,
  isListening,
  setBlocking,
  setSocketOption,
  shareAddress,
} from './socket-options.ts';

/** A socket to be made. */
export interface SocketRequest {
  /** As configured; errors tell it. */
  readonly name: string;
  readonly family: SocketFamily;
  readonly type: SocketType;
  /** 0 is the type's own. */
  readonly protocol: number;
  /** Port 0 is any. */
  readonly address: SocketAddress;
  readonly backlog: number;
  readonly isBlocking: boolean;
  readonly interface: string | null;
  /** SO_REUSEPORT: others of our user may bind to the same address. */
  readonly isShared: boolean;
  /** AF_INET6 only: IPv4 is not taken too, so that another socket can. */
  readonly isV6Only: boolean;
  /** Of a path; null is our own. */
  readonly umask: number | null;
  /** A socket at this path makes room. */
  readonly mayReplace: boolean;
  /** False: bound alone. The kernel gives connections to those that listen. Default true. */
  readonly listens?: boolean;
}

/** Descriptors of sockets stay clear of the numbers that children find them at: 3, 4, 5... */
const firstHeld = 1024;

/** Types that connections are accepted on. */
const accepting: ReadonlySet<SocketType> = new Set(['SOCK_STREAM', 'SOCK_SEQPACKET']);

/** Whether processes accept connections on such a socket. */
export function isAccepting(type: SocketType): boolean {
  return accepting.has(type);
}

/** A socket as the next program of this process takes it over, under the same number. */
export interface SavedSocket {
  readonly fd: number;
  readonly address: SocketAddress;
  /** Of a path. */
  readonly file: SavedSocketFile | null;
}

/** A socket of ours: bound, and unless asked otherwise listening. Close-on-exec. */
export class ListeningSocket {
  readonly fd: number;
  /** The real one: with the port that was taken for 0. */
  readonly address: SocketAddress;
  readonly #file: SocketFile | undefined;
  #isOpen = true;

  constructor(fd: number, address: SocketAddress, file?: SocketFile) {
    this.fd = fd;
    this.address = address;
    this.#file = file;
  }

  static takeOver({ fd, address, file }: SavedSocket): ListeningSocket {
    return new ListeningSocket(fd, address, file === null ? undefined : SocketFile.takeOver(file));
  }

  handOver(): SavedSocket {
    return { fd: this.fd, address: this.address, file: this.#file?.handOver() ?? null };
  }

  /** Lets go of it, and of its file if it has one. Processes that hold it still serve it. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.fd);
    this.#file?.remove();
  }

  /** A file that has made room is removed; it cannot come back any more. */
  keep(): void {
    this.#file?.forgetFormer();
  }

  /** Closes it and puts back the file that has made room. */
  undo(): void {
    this.close();
    this.#file?.restoreFormer();
  }
}

/**
 * Makes a socket. Nothing is left of one that fails.
 *
 * @throws SocketError with socket, address and cause
 */
export function openSocket(request: SocketRequest): ListeningSocket {
  const fd = createSocket(request);
  try {
    applyOptions(fd, request);
    const file = bindAddress(fd, request);
    try {
      afterBinding(fd, request);
    } catch (error) {
      file?.remove();
      file?.restoreFormer();
      throw error;
    }
    return new ListeningSocket(fd, localAddress(fd, request.address), file);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * Takes over a socket that we were started with; its file is its maker's.
 *
 * @throws SocketError the descriptor is no socket
 */
export function adoptSocket(request: SocketRequest, descriptor: number): ListeningSocket {
  const local = readLocalAddress(descriptor);
  if (local === undefined) throw failure(request, `descriptor ${descriptor} is no socket`);
  const fd = moveAway(descriptor);
  if (isAccepting(request.type) && !isListening(fd)) libc().listen(fd, request.backlog);
  setBlocking(fd, request.isBlocking);
  return new ListeningSocket(fd, local.address);
}

/**
 * Whether a socket may be bound to the interface of a request, tried with one that is thrown away.
 *
 * @throws SocketError there is no such interface, or we may not
 */
export function requireInterface(request: SocketRequest): void {
  const fd = createSocket(request);
  try {
    applyInterface(fd, request);
  } finally {
    closeSync(fd);
  }
}

function createSocket(request: SocketRequest): number {
  const { family, type, protocol } = request;
  const kind = socketTypes[type] | constants.SOCK_CLOEXEC;
  const fd = libc().socket(socketFamilies[family], kind, protocol);
  if (fd >= 0) return moveAway(fd);
  const reason = `the kernel makes no ${type} socket of ${family}`;
  throw failure(request, protocol === 0 ? reason : `${reason} with protocol ${protocol}`);
}

/** The descriptor under a number that no child needs; it stays when the limit leaves no room. */
function moveAway(fd: number): number {
  const moved = libc().fcntl(fd, constants.F_DUPFD_CLOEXEC, firstHeld);
  if (moved < 0) return fd;
  closeSync(fd);
  return moved;
}

function applyOptions(fd: number, request: SocketRequest): void {
  const { SOL_SOCKET, SO_REUSEADDR, IPPROTO_IPV6, IPV6_V6ONLY } = constants;
  const { family, type, isShared, isV6Only, isBlocking, address } = request;
  if (!isBlocking) setBlocking(fd, false);
  if (request.interface !== null && family !== 'AF_UNIX') applyInterface(fd, request);
  if (family === 'AF_UNIX') return;
  if (isShared) shareAddress(fd, true);
  if (type !== 'SOCK_DGRAM' || isMulticast(address))
    setSocketOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (family === 'AF_INET6' && isV6Only) setSocketOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
}

function isMulticast(address: SocketAddress): boolean {
  return 'host' in address && /^(22[4-9]|23\d)\.|^ff/i.test(address.host);
}

function applyInterface(fd: number, request: SocketRequest): void {
  try {
    bindToInterface(fd, request.interface ?? '');
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const known = readdirSync('/sys/class/net').sort().join(', ');
    const hint = error.code === 'ENODEV' ? `: there are ${known}` : '';
    throw failure(request, `interface ${request.interface}`, hint, error.errno);
  }
}

function bindAddress(fd: number, request: SocketRequest): SocketFile | undefined {
  const encoded = encodeOrRefuse(request);
  const bind = (): void => {
    if (libc().bind(fd, encoded, encoded.length) !== 0) throw bindFailure(request, encoded);
  };
  if (!('path' in request.address)) {
    bind();
    return undefined;
  }
  return SocketFile.make(request.address.path, request, bind);
}

function encodeOrRefuse(request: SocketRequest): Buffer {
  try {
    return encodeAddress(request.family, request.address);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const address = formatAddress(request.address);
    throw new SocketError(request.name, address, 'ENOTFOUND', error.message);
  }
}

function afterBinding(fd: number, request: SocketRequest): void {
  const { SOL_SOCKET, SO_REUSEADDR } = constants;
  // Before bind it would let a UDP socket share a port with another one, which then gets nothing.
  if (request.family !== 'AF_UNIX') setSocketOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (request.listens === false || !isAccepting(request.type)) return;
  if (libc().listen(fd, request.backlog) !== 0) throw bindFailure(request, undefined);
}

function localAddress(fd: number, asked: SocketAddress): SocketAddress {
  if ('path' in asked) return asked;
  return readLocalAddress(fd)?.address ?? asked;
}

function failure(
  request: SocketRequest,
  what: string,
  hint = '',
  errno: number = lastErrno(),
): SocketError {
  const address = formatAddress(request.address);
  const permission = errnoName(errno) === 'EPERM' ? ', which needs root or CAP_NET_RAW' : '';
  const reason = `${what}: ${errnoText(errno)}${permission}${hint}`;
  return new SocketError(request.name, address, errnoName(errno), reason);
}

/** What to do about a refused address. */
function bindFailure(request: SocketRequest, encoded: Buffer | undefined): SocketError {
  const errno = lastErrno();
  const { name, address } = request;
  const reason = `${errnoText(errno)}${bindRemedy(errno, request, encoded)}`;
  return new SocketError(name, formatAddress(address), errnoName(errno), reason);
}

function bindRemedy(errno: number, request: SocketRequest, encoded: Buffer | undefined): string {
  const { address, family, type } = request;
  const isFor = (code: string): boolean => errno === errnoNumber(code);
  if (isFor('EADDRINUSE')) {
    const isStream = isAccepting(type);
    const owner =
      encoded === undefined ? undefined : findAddressOwner({ family, isStream, address, encoded });
    return owner === undefined ? '' : ` by ${owner}`;
  }
  if (isFor('EADDRNOTAVAIL')) return ': no interface of this machine has that address';
  if ('path' in address) {
    if (isFor('ENOENT')) return `: there is no directory ${dirname(address.path)}, create it`;
    if (isFor('EACCES')) return `: circusd may not write in ${dirname(address.path)}`;
    return '';
  }
  if (isFor('EACCES') && address.port < 1024) {
    return ': ports below 1024 need root, CAP_NET_BIND_SERVICE or a lower net.ipv4.ip_unprivileged_port_start';
  }
  return '';
}
