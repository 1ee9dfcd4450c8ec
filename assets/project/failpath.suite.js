/**
 * The failure paths of this API: how a deployment is driven to each failure that openapi.yaml declares, cause by cause.
 *
 * Status, envelope and details are checked against the contract; a path only says where the fault goes. `when` gets the request that
 * succeeds (the contract's example) and puts the fault into it.
 *
 * @type {import('failpath').SuiteParts}
 */
export default {
  name: 'lamps',
  paths: [
    {
      operation: 'createLamp',
      code: 'request.malformed',
      cause: 'not JSON',
      when: ({ body, ...request }) => ({ ...request, raw: { contentType: 'application/json', text: '{"name": ' } }),
    },
    {
      operation: 'createLamp',
      code: 'lamp.invalid',
      cause: 'no name',
      when: (request) => ({ ...request, body: {} }),
    },
    {
      operation: 'createLamp',
      code: 'lamp.name_empty',
      cause: 'empty',
      when: (request) => ({ ...request, body: { name: '' } }),
    },
  ],
};
