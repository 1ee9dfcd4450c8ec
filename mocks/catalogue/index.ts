export { catalogueOf, type CatalogueOptions } from './catalogue.js';
export { nearCodes } from './find.js';
export { catalogueHtml } from './html.js';
export { indented, wrapped } from './layout.js';
export { catalogueMarkdown } from './markdown.js';
export { formatCode, type FormatCodeOptions } from './terminal.js';
export type {
  CatalogueCode,
  Cause,
  Declaration,
  Details,
  DetailsMember,
  ErrorCatalogue,
  Reproduction,
  ShownExample,
  ShownHeader,
} from './types.js';
