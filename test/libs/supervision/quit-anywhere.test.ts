/** From wherever random commands and misfortunes led, quit leads out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkScenarios } from './check.ts';
import { Play } from './play.ts';

test('ends with nothing left and every command answered, whenever quit comes', () => {
  checkScenarios(20, (scenario) => {
    const play = new Play(scenario);
    const { world } = play;
    play.playMoves();
    world.quit(scenario.outcomes.length === 6);
    world.run(scenario.moves.length);
    if (scenario.moves.length % 2 === 0) world.quit();
    play.calmDown(() => world.hasEnded && play.isEmpty());
    assert.equal(world.state.phase, 'ended');
    world.feed({ type: 'tick' });
    world.feed({ type: 'strays_gone' });
    assert.equal(play.audit.ends, 1);
  });
});
