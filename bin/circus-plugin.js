#!/usr/bin/env node
require('../dist/circus-plugin.cjs');
