#!/usr/bin/env node
require('../dist/circusctl.cjs');
