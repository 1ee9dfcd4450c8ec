export { createAdmin, type Admin, type AdminOptions } from './admin.js';
export { adminRoutes, type AdminSubject } from './routes.js';
