import type { FuzzSuite } from '../suite.js';
import { model } from './model/index.js';

/** Everything that has an id here; what is not in it may be any text, such as the name of an external user. And what steps lead to. */
export const fuzz: FuzzSuite = {
  ids: ['organization_id', 'ats_id', 'api_key_id', 'transaction_id', 'work_id', 'job_id'],
  model,
};
