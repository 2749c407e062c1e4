/** How many scenarios are played, and from which seed. */
import fc from 'fast-check';
import { defaultRules } from '#libs/supervision';
import { type Scenario, scenario } from './scenarios.ts';

const usualRuns = 10_000;

/**
 * Plays scenarios and prints the seed. CIRCUS_SEQUENCES plays another number of them,
 * CIRCUS_SEED the same ones again.
 */
export function checkScenarios(maxMoves: number, play: (scenario: Scenario) => void): void {
  const numRuns = Number(process.env['CIRCUS_SEQUENCES'] ?? usualRuns);
  const seed = Number(process.env['CIRCUS_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`${numRuns} sequences, CIRCUS_SEED=${seed}`);
  const details = fc.check(fc.property(scenario(maxMoves), play), { numRuns, seed });
  if (!details.failed) return;
  const [smallest] = details.counterexample ?? [];
  const story = smallest === undefined ? '' : tell(smallest);
  const cause = details.errorInstance;
  const symptom = cause instanceof Error ? cause.message : String(cause);
  throw new Error(`${symptom}\nCIRCUS_SEED=${seed}, sequence ${details.numRuns}\n${story}`, {
    cause,
  });
}

/** A scenario in a few lines: what is not usual about it. */
function tell({ rules, moves, outcomes, verdicts, warmupDelayMs }: Scenario): string {
  const unusual = rules.map((own) => {
    return Object.entries(own).filter(([name, value]) => {
      const usual = Object.entries(defaultRules).find(([other]) => other === name)?.[1];
      return name !== 'backoff' && JSON.stringify(value) !== JSON.stringify(usual);
    });
  });
  return [
    ...unusual.map((own, index) => `rules ${index}: ${JSON.stringify(Object.fromEntries(own))}`),
    `warmup ${warmupDelayMs}, verdicts ${JSON.stringify(verdicts)}`,
    ...outcomes.map((outcome) => `outcome ${JSON.stringify(outcome)}`),
    ...moves.map((move) => JSON.stringify(move)),
  ].join('\n');
}
