import type { Sample } from '../../console-state.ts';

const width = 72;
const height = 20;

/** The last minute of one figure. `column`: 1 is CPU, 2 is memory. */
export function Spark({
  samples,
  column,
  label,
  floor,
}: {
  readonly samples: readonly Sample[];
  readonly column: 1 | 2;
  readonly label: string;
  /** The least that the height stands for. */
  readonly floor: number;
}) {
  const values = samples.map((sample) => sample[column] ?? 0);
  const top = Math.max(floor, ...values);
  const points = values.map((value, index) => {
    const x = width - (values.length - 1 - index) * (width / 59);
    return `${x.toFixed(1)},${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`;
  });
  return (
    <svg
      class={`spark column${column}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {points.length > 1 && <polyline points={points.join(' ')} />}
    </svg>
  );
}
