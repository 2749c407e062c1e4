/** How many scenarios are played, and from which seed. */
import fc from 'fast-check';
import { type Scenario, scenario } from './scenarios.ts';

const usualRuns = 10_000;

/**
 * Plays scenarios and prints the seed. CIRCUS_SEQUENCES plays another number of them,
 * CIRCUS_SEED the same ones again.
 */
export function checkScenarios(
  share: number,
  maxMoves: number,
  play: (scenario: Scenario) => void,
): void {
  const numRuns = Math.ceil(Number(process.env['CIRCUS_SEQUENCES'] ?? usualRuns) * share);
  const seed = Number(process.env['CIRCUS_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`${numRuns} sequences, CIRCUS_SEED=${seed}`);
  fc.assert(fc.property(scenario(maxMoves), play), { numRuns, seed, includeErrorInReport: true });
}
