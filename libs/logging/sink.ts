/** Where log lines go: a descriptor, a file, or a syslog daemon. */
import { closeSync, openSync } from 'node:fs';
import pino from 'pino';
import { humanLine } from './human-line.ts';
import type { LoggerOptions } from './logger-options.ts';
import { isSyslog, parseSyslogAddress, syslogMessage, udpSender } from './syslog.ts';

/** What pino writes to: one JSON record a call. */
export interface Sink {
  write(json: string): void;
  reopen(): void;
  /** Writes what waits, for a second at most. */
  flush(): Promise<void>;
  /** Writes what waits, for a second at most, and ends. */
  close(): Promise<void>;
}

const standardError = 2;

/** How long a program that is ending tries to write its last lines. */
const lastWordsMs = 1_000;

/** What is kept in memory when the output takes nothing; then lines are dropped. Bytes. */
const maxWaitingBytes = 8 * 1024 * 1024;

/** @throws Error the file cannot be opened, or the syslog address is none */
export function openSink(options: LoggerOptions): Sink {
  return isSyslog(options.output) ? syslogSink(options) : fileSink(options);
}

function fileSink({ name, format, output }: LoggerOptions): Sink {
  const isFile = output !== '-';
  // pino opens it later, and tells a failure to nobody who could still refuse to start.
  if (isFile) closeSync(openSync(output, 'a'));
  const destination = pino.destination({
    dest: isFile ? output : standardError,
    sync: false,
    append: true,
    mkdir: false,
    maxLength: maxWaitingBytes,
  });
  // EPIPE, ENOSPC: there is no place to tell it. The next lines try again.
  destination.on('error', () => undefined);
  return {
    write: (json) => {
      destination.write(format === 'json' ? json : humanLine(name, json));
    },
    reopen: () => {
      if (isFile) destination.reopen();
    },
    flush: () => flush(destination),
    close: () => end(destination),
  };
}

async function flush(destination: ReturnType<typeof pino.destination>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, lastWordsMs);
    destination.flush(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Not flushSync: on a full disk or a closed pipe it tries again for ever, and the program never
 * ends. For the same reason the destination is destroyed: pino would flush it at the exit.
 */
async function end(destination: ReturnType<typeof pino.destination>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, lastWordsMs);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    destination.once('close', stop);
    destination.once('error', stop);
    destination.end();
  });
  destination.destroy();
}

function syslogSink({ name, output, sendTo }: LoggerOptions): Sink {
  const address = parseSyslogAddress(output);
  if (address.path !== null && sendTo === undefined) {
    throw new Error(`${output}: a socket of a path is not possible here, use syslog://host:port`);
  }
  const send =
    address.path === null ? udpSender(address) : (sendTo?.(address.path) ?? (() => undefined));
  return {
    write: (json) => send(syslogMessage(name, address.facility, json)),
    reopen: () => undefined,
    flush: async () => undefined,
    close: async () => undefined,
  };
}
