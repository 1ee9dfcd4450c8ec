import { describeContract } from '../cli/mocha.js';

// Against the embedded sandbox, or against a deployment of yours:
//   FAILPATH_DEPLOYMENT=staging.yaml npx mocha
//   FAILPATH_URL=http://127.0.0.1:4010 npx mocha
const { FAILPATH_DEPLOYMENT: deployment, FAILPATH_URL: url, FAILPATH_OUT: out = 'failpath-report' } = process.env;

await describeContract({
  out,
  ...(deployment === undefined ? {} : { deployment }),
  ...(url === undefined ? {} : { url }),
});
