export { catalogueOf, type CatalogueOptions } from './catalogue.js';
export { catalogueHtml } from './html.js';
export { catalogueMarkdown } from './markdown.js';
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
