export { startObserving, type ObserveOptions, type Observing } from './server.js';
