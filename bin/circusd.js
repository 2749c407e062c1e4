#!/usr/bin/env node
require('../dist/circusd.cjs');
