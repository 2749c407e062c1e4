import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireSupportedPlatform } from '#libs/native';

test('an unsupported machine is refused in one line that names it', () => {
  requireSupportedPlatform();
  requireSupportedPlatform('linux', 'arm64');
  assert.throws(() => requireSupportedPlatform('darwin', 'arm64'), /^Error: [^\n]*darwin[^\n]*$/);
  assert.throws(() => requireSupportedPlatform('linux', 'ia32'), /^Error: [^\n]*ia32[^\n]*$/);
});
