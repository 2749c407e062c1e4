#!/usr/bin/env node
require('../dist/circusd-stats.cjs');
