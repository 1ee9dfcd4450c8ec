export { readPlaces, readQuickly } from './read.js';
