export { isSchemaOf, jsonSchemasOf, type CodeSchema } from './json-schema.js';
export { generateClient, generateTypes } from './module.js';
