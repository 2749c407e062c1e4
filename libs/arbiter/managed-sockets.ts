/**
 * The managed sockets of one circusd: bound once, kept while processes come and go. Changes are made
 * in two steps: all that can fail happens before anything that is held changes.
 */
import { isDeepStrictEqual } from 'node:util';
import { type SocketConfig, socketIdentity } from '#libs/config';
import {
  type ActivatedSocket,
  adoptSocket,
  closeActivated,
  formatAddress,
  isAccepting,
  ListeningSocket,
  openSocket,
  requireInterface,
  type SavedSocket,
  type SocketAddress,
  SocketError,
  type SocketRequest,
  shareAddress,
  socketFamilies,
  socketTypes,
} from '#libs/native';
import type { SocketView } from '#libs/protocol';
import type { Baggage } from './baggage.ts';
import { adjustSocket, type HeldSocket, viewSocket } from './held-socket.ts';
import { requestOf } from './socket-request.ts';

/** Sockets that cannot be had; `message` has a line for each. */
export class SocketsRefused extends Error {
  override readonly name = 'SocketsRefused';
  readonly errors: readonly SocketError[];

  constructor(errors: readonly SocketError[]) {
    super(errors.map(({ message }) => message).join('\n'));
    this.errors = errors;
  }
}

/** A change that cannot fail any more. Exactly one of the two is to be called. */
export interface PreparedSockets {
  commit(): void;
  cancel(): void;
}

/** What is to be held next, and how each comes to it. */
interface Change {
  readonly next: HeldSocket[];
  /** Bound for this change. */
  readonly opened: ListeningSocket[];
  /** Held now, and in use under a configuration that differs. */
  readonly adjusted: { readonly from: HeldSocket; readonly to: HeldSocket }[];
  /** Held now, and not any more. */
  readonly retiring: Set<HeldSocket>;
  /** Undone when all is over, in either way. */
  readonly shared: ListeningSocket[];
  readonly errors: SocketError[];
}

/** Below are standard input, output and error. */
const firstNumber = 3;

/** A managed socket as the next program of this process takes it over. */
export interface SavedHeldSocket {
  readonly number: number;
  readonly config: SocketConfig;
  readonly address: SocketAddress;
  readonly socket: SavedSocket | null;
}

/** Holds sockets until it is closed. */
export class ManagedSockets {
  #held: readonly HeldSocket[] = [];

  /** By number. */
  get held(): readonly HeldSocket[] {
    return this.#held;
  }

  /** In the order of their numbers. */
  get names(): string[] {
    return this.#held.map(({ config }) => config.name);
  }

  find(name: string): HeldSocket | undefined {
    return this.#held.find(({ config }) => config.name === name);
  }

  views(): SocketView[] {
    return this.#held.map(viewSocket);
  }

  /**
   * Binds the first sockets, or takes those that circusd was started with.
   *
   * @param warn - told of what was handed to us and has no section
   * @throws SocketsRefused one cannot be had; then there is none
   */
  open(
    configs: readonly SocketConfig[],
    activated: readonly ActivatedSocket[],
    warn: (text: string) => void,
  ): void {
    const free = new Set(activated);
    const adopted = new Map<string, ListeningSocket>();
    for (const find of [isOfName, isOfAddress]) {
      for (const config of configs.filter(({ name }) => !adopted.has(name))) {
        const match = [...free].find((candidate) => find(candidate, config));
        if (match === undefined) continue;
        free.delete(match);
        adopted.set(config.name, adopt(config, match));
      }
    }
    for (const socket of free) {
      const where = formatAddress(socket.address);
      warn(`no section wants the socket that circusd was given as '${socket.name}' at ${where}`);
      closeActivated(socket);
    }
    this.#prepare(configs, adopted).commit();
  }

  /**
   * Binds what is new in the given configurations.
   *
   * @throws SocketsRefused one cannot be had; nothing has changed
   */
  prepare(configs: readonly SocketConfig[]): PreparedSockets {
    return this.#prepare(configs, new Map());
  }

  /** Changes nothing. */
  handOver(baggage: Baggage): SavedHeldSocket[] {
    return this.#held.map(({ socket, ...held }) => {
      if (socket !== undefined) baggage.keep(socket.fd);
      return { ...held, socket: socket?.handOver() ?? null };
    });
  }

  /** Instead of `open`. */
  takeOver(saved: readonly SavedHeldSocket[]): void {
    this.#held = saved.map(({ socket, ...held }) => {
      return { ...held, socket: socket === null ? undefined : ListeningSocket.takeOver(socket) };
    });
  }

  /** Closes all and removes their files. */
  close(): void {
    for (const { socket } of this.#held) socket?.close();
    this.#held = [];
  }

  #prepare(
    configs: readonly SocketConfig[],
    adopted: ReadonlyMap<string, ListeningSocket>,
  ): PreparedSockets {
    const change = this.#beginChange(configs);
    const numbers = this.#assignNumbers(configs);
    const kept = new Set(change.next.map(({ config }) => config.name));
    for (const config of configs.filter(({ name }) => !kept.has(name))) {
      const number = numbers.get(config.name) ?? firstNumber;
      const socket = adopted.get(config.name);
      if (socket !== undefined) change.next.push(heldAs(number, config, socket));
      else obtain(change, number, config, configs);
    }
    if (change.errors.length > 0) {
      cancel(change);
      for (const socket of adopted.values()) socket.close();
      throw new SocketsRefused(change.errors);
    }
    return { commit: () => this.#commit(change), cancel: () => cancel(change) };
  }

  #beginChange(configs: readonly SocketConfig[]): Change {
    const next: HeldSocket[] = [];
    const retiring = new Set(this.#held);
    for (const config of configs) {
      const held = this.find(config.name);
      if (held === undefined || !isDeepStrictEqual(held.config.options, config.options)) continue;
      next.push(held);
      retiring.delete(held);
    }
    return { next, retiring, opened: [], adjusted: [], shared: [], errors: [] };
  }

  /** A name keeps its number; a new one takes the next that is free. */
  #assignNumbers(configs: readonly SocketConfig[]): Map<string, number> {
    const numbers = new Map<string, number>();
    for (const { name } of configs) {
      const held = this.find(name);
      if (held !== undefined) numbers.set(name, held.number);
    }
    const taken = new Set(numbers.values());
    let number = firstNumber;
    for (const { name } of configs.filter((config) => !numbers.has(config.name))) {
      while (taken.has(number)) number += 1;
      taken.add(number);
      numbers.set(name, number);
    }
    return numbers;
  }

  #commit(change: Change): void {
    for (const { from, to } of change.adjusted) {
      if (to.socket !== undefined) adjustSocket(to.socket, from.config.options, to.config.options);
    }
    for (const { socket } of change.retiring) socket?.close();
    for (const socket of change.opened) socket.keep();
    this.#held = change.next.sort((a, b) => a.number - b.number);
    const lasting = this.#held.filter(({ config }) => !config.options.so_reuseport);
    const open = new Set(lasting.map(({ socket }) => socket));
    for (const socket of change.shared) if (open.has(socket)) shareAddress(socket.fd, false);
  }
}

function cancel({ opened, shared, retiring }: Change): void {
  for (const socket of opened) socket.undo();
  const still = new Set([...retiring].map(({ socket }) => socket));
  for (const socket of shared) if (still.has(socket)) shareAddress(socket.fd, false);
}

/** Takes over a socket that would be closed otherwise, or binds one. */
function obtain(
  change: Change,
  number: number,
  config: SocketConfig,
  all: readonly SocketConfig[],
): void {
  try {
    const heir = findHeir(change, config);
    if (heir === undefined) {
      change.next.push(bindNew(change, number, config, all));
      return;
    }
    if (config.options.interface !== heir.config.options.interface) {
      requireInterface(requestOf(config));
    }
    const held = { ...heir, number, config };
    change.retiring.delete(heir);
    change.adjusted.push({ from: heir, to: held });
    change.next.push(held);
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    change.errors.push(error);
  }
}

function findHeir({ retiring }: Change, config: SocketConfig): HeldSocket | undefined {
  const identity = socketIdentity(config.options);
  const same = [...retiring].filter((held) => socketIdentity(held.config.options) === identity);
  return same.find((held) => held.config.name === config.name) ?? same[0];
}

function bindNew(
  change: Change,
  number: number,
  config: SocketConfig,
  all: readonly SocketConfig[],
): HeldSocket {
  const { options } = config;
  const isPathOurs = [...change.retiring].some(({ config: old }) => {
    return options.path !== null && old.options.path === options.path;
  });
  const request: SocketRequest = {
    ...requestOf(config),
    isV6Only: all.some((other) => isTwin(other, config)),
    mayReplace: options.replace || isPathOurs,
    listens: !options.so_reuseport,
  };
  const socket = openBeside(change, request);
  change.opened.push(socket);
  const held = heldAs(number, config, socket);
  if (!options.so_reuseport || isAccepting(options.type)) return held;
  // Bound to see that it can be, and to learn the port.
  socket.close();
  return { ...held, socket: undefined };
}

/** An IPv4 socket at the same port leaves an IPv6 one the addresses of IPv6 only. */
function isTwin({ options: other }: SocketConfig, { options }: SocketConfig): boolean {
  return other.family === 'AF_INET' && other.type === options.type && other.port === options.port;
}

/** What is to be closed may hold the address still: for this moment both are allowed. */
function openBeside(change: Change, request: SocketRequest): ListeningSocket {
  try {
    return openSocket(request);
  } catch (error) {
    const olds = [...change.retiring].flatMap(({ socket }) => socket ?? []);
    const inet = olds.filter(({ address }) => 'port' in address && isSamePort(address, request));
    const isInUse = error instanceof SocketError && error.code === 'EADDRINUSE';
    if (!isInUse || inet.length === 0) throw error;
    for (const { fd } of inet) shareAddress(fd, true);
    change.shared.push(...inet);
    const socket = openSocket({ ...request, isShared: true });
    change.shared.push(socket);
    return socket;
  }
}

function isSamePort(old: { readonly port: number }, { address }: SocketRequest): boolean {
  return 'port' in address && address.port === old.port;
}

function heldAs(number: number, config: SocketConfig, socket: ListeningSocket): HeldSocket {
  return { number, config, socket, address: socket.address };
}

function adopt(config: SocketConfig, { fd }: ActivatedSocket): ListeningSocket {
  try {
    return adoptSocket(requestOf(config), fd);
  } catch (error) {
    throw error instanceof SocketError ? new SocketsRefused([error]) : error;
  }
}

/** systemd names a socket after its unit unless it is told another name. */
function isOfName({ name }: ActivatedSocket, config: SocketConfig): boolean {
  return name.toLowerCase().replace(/\.socket$/, '') === config.name;
}

function isOfAddress(socket: ActivatedSocket, { options }: SocketConfig): boolean {
  const { family, type, path, host, port } = options;
  if (socket.family !== socketFamilies[family] || socket.type !== socketTypes[type]) return false;
  if ('path' in socket.address) return socket.address.path === path;
  const addresses = host.toLowerCase() === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  if (host === '') addresses.push('0.0.0.0', '::');
  return socket.address.port === port && addresses.includes(socket.address.host);
}
