/** Every option of a `[socket:NAME]` section (protocol 6.4). */
import {
  boolean,
  choice,
  defineOptions,
  integer,
  type OptionValues,
  octal,
  string,
  user,
} from '#libs/options';

/** The rows of `[socket:NAME]`. */
export const socketTable = defineOptions([
  {
    name: 'host',
    kind: string,
    default: 'localhost',
    doc: 'The address or name to listen at. localhost is 127.0.0.1, or ::1 with AF_INET6; empty is every address.',
    manual: '5.3.4',
  },
  {
    name: 'port',
    kind: integer,
    default: 8080,
    minimum: 0,
    maximum: 65535,
    doc: 'The port; 0 is any that is free, and listsockets tells which.',
    manual: '5.3.4',
  },
  {
    name: 'family',
    kind: choice('AF_INET', 'AF_INET6', 'AF_UNIX'),
    default: 'AF_INET',
    doc: 'The address family. Giving a path makes it AF_UNIX.',
    manual: '5.3.4',
  },
  {
    name: 'type',
    kind: choice('SOCK_STREAM', 'SOCK_DGRAM', 'SOCK_RAW', 'SOCK_RDM', 'SOCK_SEQPACKET'),
    default: 'SOCK_STREAM',
    doc: 'The socket type. Which ones a family has is up to the kernel.',
    manual: '5.3.4',
  },
  {
    name: 'proto',
    kind: user,
    default: 0,
    doc: "The protocol, by name (tcp, udp, sctp, icmp...) or number; 0 is the type's own.",
    manual: '-',
  },
  {
    name: 'path',
    kind: string,
    default: null,
    doc: 'The file of a UNIX socket; host and port are ignored. Removed when circusd ends.',
    manual: '-',
  },
  {
    name: 'umask',
    kind: octal,
    default: null,
    minimum: 0,
    maximum: 0o777,
    doc: "With path: the umask, in octal, under which the file is made. Default: circusd's own.",
    manual: '-',
  },
  {
    name: 'replace',
    kind: boolean,
    default: false,
    doc: 'With path: remove a socket that is there already. Otherwise it is an error.',
    manual: '-',
  },
  {
    name: 'interface',
    kind: string,
    default: null,
    doc: 'Take what comes in through this network interface only, such as eth0.',
    manual: '-',
  },
  {
    name: 'so_reuseport',
    kind: boolean,
    default: false,
    doc: 'Give each process whose command names the socket one of its own at the same address; the kernel spreads connections over them.',
    manual: '-',
  },
  {
    name: 'backlog',
    kind: integer,
    default: 2048,
    minimum: 0,
    maximum: 2 ** 31 - 1,
    doc: 'How many connections may wait to be accepted; the kernel has a limit of its own, net.core.somaxconn.',
    manual: '-',
  },
  {
    name: 'blocking',
    kind: boolean,
    default: true,
    doc: 'Whether accept waits. The flag belongs to the socket, not to a process: one that switches it does so for all.',
    manual: '-',
  },
]);

/** The value of every option of a socket. */
export type SocketOptions = OptionValues<typeof socketTable>;
