/**
 * The socket behind NOTIFY_SOCKET (sd_notify(3)): a UNIX datagram socket, which Node has none of. The
 * kernel tells who has sent each message.
 */
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { addressOf, errnoNumber, lastErrno, libc, SystemError } from './libc.ts';
import { constants } from './platform.ts';
import { setSocketOption } from './socket-options.ts';

/** One message, as it was sent. */
export interface NotifyMessage {
  readonly text: string;
  readonly pid: number;
  readonly uid: number;
}

/** Longer messages are dropped: what a program may say of itself is a few lines. */
const longestMessage = 4_096;

// struct iovec, struct msghdr and struct cmsghdr of 64-bit Linux.
const iovecBytes = 16;
const headerBytes = 56;
const offsets = { iov: 16, iovCount: 24, control: 32, controlLength: 40, flags: 48 } as const;
const controlHeaderBytes = 16;
/** Room for the sender's credentials and for nothing else: descriptors that come along are closed. */
const controlBytes = 32;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;

const scratch = {
  text: Buffer.allocUnsafeSlow(longestMessage),
  iovec: Buffer.allocUnsafeSlow(iovecBytes),
  header: Buffer.alloc(headerBytes),
  control: Buffer.alloc(controlBytes),
};

/** A socket as the next program of this process takes it over. */
export interface SavedNotifySocket {
  readonly fd: number;
  readonly address: string;
}

/** A socket that one process reports to. Anybody on this machine may write to it. */
export class NotifySocket {
  /** For `DescriptorPoll`. */
  readonly fd: number;
  /** For NOTIFY_SOCKET: `@` and an abstract name that nobody guesses, so that no file is left. */
  readonly address: string;
  #isOpen = true;

  /**
   * @param saved - one that another program of this process has made
   * @throws SystemError it cannot be made, such as EMFILE
   */
  constructor(saved?: SavedNotifySocket) {
    if (saved !== undefined) {
      this.fd = saved.fd;
      this.address = saved.address;
      return;
    }
    const { SOCK_CLOEXEC, SOCK_NONBLOCK, SOL_SOCKET, SO_PASSCRED } = constants;
    const name = `circus-${process.pid}-${randomBytes(16).toString('hex')}`;
    this.fd = libc().socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (this.fd < 0) throw new SystemError('cannot create a notify socket');
    this.address = `@${name}`;
    try {
      setSocketOption(this.fd, SOL_SOCKET, SO_PASSCRED, 1);
      const address = Buffer.from(`__\0${name}`);
      address.writeUInt16LE(AF_UNIX, 0);
      if (libc().bind(this.fd, address, address.length) !== 0) {
        throw new SystemError('cannot bind a notify socket');
      }
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
  }

  /** The next message; `undefined` when none waits; `'dropped'` for one that is no message. */
  receive(): NotifyMessage | 'dropped' | undefined {
    if (!this.#isOpen) return undefined;
    const { text, header, control } = scratch;
    prepareHeader();
    const length = libc().recvmsg(this.fd, header, 0);
    if (length < 0) return lastErrno() === errnoNumber('EINTR') ? 'dropped' : undefined;
    const isTruncated = (header.readInt32LE(offsets.flags) & constants.MSG_TRUNC) !== 0;
    const kind = control.readInt32LE(12);
    const isTold = control.readInt32LE(8) === constants.SOL_SOCKET;
    if (isTruncated || !isTold || kind !== constants.SCM_CREDENTIALS) return 'dropped';
    return {
      text: text.toString('utf8', 0, length),
      pid: control.readInt32LE(controlHeaderBytes),
      uid: control.readUInt32LE(controlHeaderBytes + 4),
    };
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.fd);
  }
}

function prepareHeader(): void {
  const { text, iovec, header, control } = scratch;
  control.fill(0);
  iovec.writeBigUInt64LE(addressOf(text), 0);
  iovec.writeBigUInt64LE(BigInt(text.length), 8);
  header.fill(0);
  header.writeBigUInt64LE(addressOf(iovec), offsets.iov);
  header.writeBigUInt64LE(1n, offsets.iovCount);
  header.writeBigUInt64LE(addressOf(control), offsets.control);
  header.writeBigUInt64LE(BigInt(controlBytes), offsets.controlLength);
}
