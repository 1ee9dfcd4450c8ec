#!/usr/bin/env node
import { processIo } from './io.js';
import { main } from './program.js';

// A reader that closes the pipe (`failpath list | head`) has seen enough: that is no crash.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await main(process.argv.slice(2), processIo());
