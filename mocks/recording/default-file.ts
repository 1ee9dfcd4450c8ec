/** Where a recording goes when nothing else is said; away from what records, for whoever only wants to name it. */
export const DEFAULT_FILE = 'recorded.yaml';
