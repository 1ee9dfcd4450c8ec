import type { Finding } from '../errors.js';
import type { Contract } from '../types.js';
export async function checkContract(_contract: Contract): Promise<readonly Finding[]> {
  return [];
}
