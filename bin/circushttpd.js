#!/usr/bin/env node
require('../dist/circushttpd.cjs');
