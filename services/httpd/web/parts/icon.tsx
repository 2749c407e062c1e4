/** Icons: strokes of one weight on a 16 by 16 grid. */
const shapes = {
  overview: 'M2 3h12M2 8h12M2 13h12',
  sockets: 'M5 2v4M11 2v4M3 6h10v3a5 5 0 0 1-10 0ZM8 14v2',
  events: 'M8 1.5v13M8 4h5M8 8H3M8 12h5',
  plugins: 'M2 6h4V2h4v4h4v8H2Z',
  configuration: 'M3 4h6M12 4h1M3 12h1M7 12h6M10.5 2.5v3M5.5 10.5v3M3 8h10',
  add: 'M8 2v12M2 8h12',
  chart: 'M2 2v12h12M4.5 10.5 7 7l2.5 2L14 4',
  start: 'M4 2.5v11l9-5.5Z',
  stop: 'M3.5 3.5h9v9h-9Z',
  restart: 'M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.5V6H9.5',
  reload:
    'M2.5 8a5.5 5.5 0 0 1 9.5-3.7L13.5 6M13.5 8a5.5 5.5 0 0 1-9.5 3.7L2.5 10M13.5 2.5V6H10M2.5 13.5V10H6',
  minus: 'M2 8h12',
  remove: 'M3 4h10M6 4V2h4v2M4.5 4l.7 10h5.6l.7-10',
  signal: 'M9 1 3 9h4l-1 6 7-9H9Z',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM11 11l3.5 3.5',
  pause: 'M5 3v10M11 3v10',
  check: 'm2.5 8.5 3.5 3.5 7.5-8',
  warning: 'M8 2 1.5 13.5h13ZM8 6.5v3.5M8 12v.01',
  cross: 'm3.5 3.5 9 9M12.5 3.5l-9 9',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  help: 'M6 6a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4M8 12v.01M8 15A7 7 0 1 0 8 1a7 7 0 0 0 0 14Z',
  page: 'M4 1.5h5l3 3v10H4ZM9 1.5v3h3',
  exit: 'M6 2H3v12h3M7 8h7M11 5l3 3-3 3',
  wait: 'M8 4v4l3 2M8 15A7 7 0 1 0 8 1a7 7 0 0 0 0 14Z',
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}
