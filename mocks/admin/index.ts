export { createAdmin, type Admin, type AdminOptions } from './admin.js';
