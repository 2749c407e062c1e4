#!/usr/bin/env node
require('../dist/circus-top.cjs');
