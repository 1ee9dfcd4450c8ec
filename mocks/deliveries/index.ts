export { createCouriers, type Couriers, type Errand } from './couriers.js';
export { createReceivers, type Forbids } from './receivers.js';
export type { Parcel, Sent } from './send.js';
