/**
 * NOTIFY_SOCKET: what processes say of themselves, as under systemd. Each process has a socket of its
 * own, so a message belongs to whoever the socket was given to, and a flood fills its sender's queue
 * alone.
 */
import {
  DescriptorPoll,
  type NotifyMessage,
  NotifySocket,
  type ProcessIdentity,
  type SavedNotifySocket,
} from '#libs/native';
import { readProcessStat } from '#libs/process-info';
import { shorten } from './probes.ts';

/** After so many messages at once a process waits, and whoever it floods is circusd no more. */
const batch = 32;
const pauseMs = 20;
/** How far up from a sender the process is looked for. */
const maxDepth = 16;

/** What a process can say. */
export interface NotifyListener {
  ready(): void;
  watchdog(): void;
  stopping(): void;
  status(text: string): void;
  /** Something that is not taken, once for each kind; for the log. */
  refused(what: string): void;
}

/** All notify sockets, on one poll. */
export class NotifyPoll {
  readonly poll = new DescriptorPoll();

  /**
   * @param saved - one that another program of this process has opened
   * @throws SystemError EMFILE
   */
  open(saved?: SavedNotifySocket): NotifyChannel {
    return new NotifyChannel(this.poll, saved);
  }

  close(): void {
    this.poll.close();
  }
}

/** The socket of one process. */
export class NotifyChannel {
  readonly #socket: NotifySocket;
  readonly #poll: DescriptorPoll;
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #take: (message: NotifyMessage | 'dropped') => void = () => undefined;

  constructor(poll: DescriptorPoll, saved?: SavedNotifySocket) {
    this.#poll = poll;
    this.#socket = new NotifySocket(saved);
  }

  /** Changes nothing. */
  handOver(): SavedNotifySocket {
    const { fd, address } = this.#socket;
    return { fd, address };
  }

  /** For NOTIFY_SOCKET. */
  get address(): string {
    return this.#socket.address;
  }

  /** Takes messages of this process and its descendants until it is closed. */
  listen(owner: ProcessIdentity & { readonly uid: number }, listener: NotifyListener): void {
    const wait = (): void => this.#poll.watch(this.#socket.fd, read);
    const read = (): void => {
      if (this.drain() < batch) wait();
      else this.#timer = setTimeout(wait, pauseMs);
    };
    this.#take = (message) => this.#judge(message, owner, listener);
    wait();
  }

  /** Takes what has come so far, as much as one is allowed to say at once; how many messages. */
  drain(): number {
    let count = 0;
    for (; count < batch; count += 1) {
      const message = this.#socket.receive();
      if (message === undefined) break;
      this.#take(message);
    }
    return count;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#poll.unwatch(this.#socket.fd);
    this.#socket.close();
  }

  #judge(
    message: NotifyMessage | 'dropped',
    owner: ProcessIdentity & { readonly uid: number },
    listener: NotifyListener,
  ): void {
    const refuse = (kind: string, what: string): void => {
      if (this.#told.has(kind)) return;
      this.#told.add(kind);
      listener.refused(what);
    };
    if (message === 'dropped') {
      refuse('size', 'a message of more than 4096 bytes');
      return;
    }
    if (!isFrom(message, owner)) {
      refuse('stranger', `a message of pid ${message.pid}, which is no process of it`);
      return;
    }
    for (const line of message.text.split('\n')) {
      if (line === 'READY=1') listener.ready();
      else if (line === 'WATCHDOG=1') listener.watchdog();
      else if (line === 'STOPPING=1') listener.stopping();
      else if (line.startsWith('STATUS=')) listener.status(shorten(line.slice(7)));
      else if (line.startsWith('MAINPID=')) refuse('MAINPID', `${shorten(line)}: its pid is known`);
    }
  }
}

/**
 * Whether the sender is the process, or descends from it. One that is gone already, as systemd-notify
 * is at once, can only be judged by its user.
 */
function isFrom(
  { pid, uid }: NotifyMessage,
  owner: ProcessIdentity & { readonly uid: number },
): boolean {
  let current = pid;
  for (let depth = 0; depth < maxDepth && current > 1; depth += 1) {
    if (current === owner.pid) return true;
    const stat = readProcessStat(current);
    if (stat === undefined) return depth === 0 && (uid === owner.uid || uid === 0);
    // The session is the process's own: also of a child whose parent has ended.
    if (stat.sid === owner.pid) return true;
    current = stat.ppid;
  }
  return false;
}
