import fc from 'fast-check';

/** Property tests of `npm test` try the same values each time; those of `npm run test:long` look for new ones. */
if (process.env['FAILPATH_LONG'] !== '1') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_123 });
