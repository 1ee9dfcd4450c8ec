import type { Answer } from '../support/proxy.js';

const PAGE = [
  '<html>',
  '<head><title>413 Request Entity Too Large</title></head>',
  '<body>',
  '<center><h1>413 Request Entity Too Large</h1></center>',
  '<hr><center>nginx</center>',
  '</body>',
  '</html>',
  '',
];

/** What nginx answers in front of an application when a body is longer than `client_max_body_size`. */
export const NGINX_413: Answer = { status: 413, headers: { server: 'nginx', 'content-type': 'text/html' }, text: PAGE.join('\r\n') };
