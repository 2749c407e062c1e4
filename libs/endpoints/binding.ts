/**
 * An endpoint that a ZeroMQ socket is bound to. It can be held while the socket goes and another one
 * comes: the kernel then lets connections wait, and nobody else gets the port.
 */
import { linkSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  duplicate,
  formatAddress,
  listOwnSockets,
  type OwnSocket,
  shutDown,
  type User,
} from '#libs/native';
import { BindError } from './bind-error.ts';
import { refuseLiveSocket, type SavedSocketFile, SocketFile, socketPath } from './socket-file.ts';

/** What can be bound. */
interface BindingSocket {
  readonly lastEndpoint: string | null;
  bind(endpoint: string): Promise<void>;
  listenOn(fd: number): void;
  close(): void;
}

/** An endpoint that is held, for this program or the next one. */
export interface SavedBinding {
  /** As it is bound: with the port that was taken for `*`. */
  readonly endpoint: string;
  /** Listens; null when there was none to be had: then the endpoint is bound anew. */
  readonly listener: number | null;
  readonly file: SavedSocketFile | null;
}

/** How long peers that read nothing hold up a close. Milliseconds. */
const closingMs = 250;

/** A bound endpoint. */
export class Binding {
  readonly endpoint: string;
  readonly #file: SocketFile | undefined;

  private constructor(endpoint: string, file: SocketFile | undefined) {
    this.endpoint = endpoint;
    this.#file = file;
  }

  /**
   * Binds as the configuration says.
   *
   * @param option - that the endpoint is of, for the error
   * @throws BindError the address is in use or is none
   */
  static async make(
    socket: BindingSocket,
    option: string,
    endpoint: string,
    owner?: User,
  ): Promise<Binding> {
    try {
      return await Binding.#bind(socket, endpoint, owner);
    } catch (error) {
      throw new BindError(option, endpoint, error);
    }
  }

  /** @throws Error it was not held, and cannot be bound anew */
  static async takeOver(socket: BindingSocket, saved: SavedBinding): Promise<Binding> {
    const { endpoint, listener, file } = saved;
    if (listener === null) return await Binding.#bind(socket, endpoint);
    socket.listenOn(listener);
    await socket.bind(endpoint);
    return new Binding(endpoint, file === null ? undefined : SocketFile.takeOver(file));
  }

  static async #bind(socket: BindingSocket, endpoint: string, owner?: User): Promise<Binding> {
    const path = socketPath(endpoint);
    if (path !== undefined) await refuseLiveSocket(path);
    await socket.bind(endpoint);
    const bound = socket.lastEndpoint ?? endpoint;
    return new Binding(bound, path === undefined ? undefined : SocketFile.made(path, owner));
  }

  /** Connections that peers have made to it. */
  connections(): OwnSocket[] {
    const all = listOwnSockets();
    const listener = all.find((socket) => this.#isListener(socket));
    return all.filter((socket) => !socket.isListening && isSamePlace(socket, listener));
  }

  /** Ends all connections: what peers have sent is read before. */
  shutDown(): void {
    for (const { fd } of this.connections()) shutDown(fd);
  }

  /**
   * Closes the socket and keeps its address: whoever connects from now on waits for another one.
   * Resolves when libzmq has let go of everything. Never rejects.
   */
  async hold(socket: BindingSocket): Promise<SavedBinding> {
    const { endpoint } = this;
    const found = listOwnSockets().find((candidate) => this.#isListener(candidate));
    const kept = found === undefined ? undefined : duplicate(found.fd);
    const path = socketPath(endpoint);
    const spare = path === undefined ? undefined : keepFile(path);
    socket.close();
    await until(() => !listOwnSockets().some(({ fd }) => fd === found?.fd));
    const isThere = path === undefined || (spare !== undefined && giveBack(spare, path));
    await until(() => this.connections().length === 0);
    const isHeld = kept !== undefined && isThere;
    const file = this.#file?.handOver() ?? null;
    return { endpoint, listener: isHeld ? kept : null, file };
  }

  /** Its file goes. */
  remove(): void {
    this.#file?.remove();
  }

  #isListener({ isListening, address }: OwnSocket): boolean {
    const scheme = 'path' in address ? 'ipc' : 'tcp';
    return isListening && `${scheme}://${formatAddress(address)}` === this.endpoint;
  }
}

/** A listener at every address accepts connections at each of them; the port is the same. */
function isSamePlace({ address }: OwnSocket, listener: OwnSocket | undefined): boolean {
  if (listener === undefined) return false;
  if ('path' in address || 'path' in listener.address) {
    return formatAddress(address) === formatAddress(listener.address);
  }
  return address.port === listener.address.port;
}

/** Another name for the file; `undefined` when it cannot have one. */
function keepFile(path: string): string | undefined {
  const spare = `${path}.${process.pid}.held`;
  try {
    linkSync(path, spare);
    return spare;
  } catch {
    return undefined;
  }
}

/** libzmq removes the file of a listener that it has made itself. False: there is none any more. */
function giveBack(spare: string, path: string): boolean {
  try {
    renameSync(spare, path);
    // Two names of one file stay two.
    rmSync(spare, { force: true });
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + closingMs;
  while (!condition() && performance.now() < deadline) await sleep(1);
}
