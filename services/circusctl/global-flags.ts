import type { CommandFlag } from '#libs/commands';

/** Flags of every command (protocol 9). */
export const globalFlags: readonly CommandFlag[] = [
  {
    spelling: '--endpoint <address>',
    doc: 'Where circusd listens; default: $CIRCUSCTL_ENDPOINT, else tcp://127.0.0.1:5555',
  },
  {
    spelling: '--timeout <seconds>',
    doc: 'How long to wait, default 5; with --waiting or --wait an hour if circusd answers',
  },
  {
    spelling: '--json',
    doc: 'Print the reply as circusd sent it, JSON on one line; errors, too, exit with 0',
  },
  { spelling: '--prettify', doc: 'Print the reply as indented JSON with sorted keys' },
  {
    spelling: '--strict',
    doc: 'With --json or --prettify: exit with 3 when the reply is an error',
  },
  {
    spelling: '--color <when>',
    doc: 'Tables and colours: auto (on a terminal; heeds NO_COLOR), always or never',
  },
  { spelling: '--help', doc: 'This page, or the page of a command' },
  { spelling: '--version', doc: 'The version of circusctl' },
];
