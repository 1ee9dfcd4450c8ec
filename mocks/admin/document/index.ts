export { withDocument, type DocumentSubject } from './routes.js';
