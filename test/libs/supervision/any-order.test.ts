/** Whatever happens in whatever order: see audit.ts for what must be true after every single step. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkScenarios } from './check.ts';
import { Play } from './play.ts';

test('reaches what is wanted from wherever random commands and misfortunes led', () => {
  checkScenarios(30, (scenario) => {
    const play = new Play(scenario);
    const { world } = play;
    play.playMoves();
    play.calmDown(() => play.isSettled());
    world.order({ type: 'stop', keys: Object.keys(world.state.watchers), isOne: false });
    play.calmDown(() => play.isEmpty());
    world.quit();
    play.calmDown(() => world.hasEnded);
    assert.equal(world.state.phase, 'ended');
  });
});
