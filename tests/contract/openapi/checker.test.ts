import { describe, expect, it } from 'vitest';
import { createOpenapiChecker, loadOpenapiChecker, type SentRequest } from './checker.ts';

const DESCRIPTION = `
openapi: 3.0.1
paths:
  /things/search:
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/search' } } } }
  /things/{id}:
    get:
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
        - { name: page, in: query, schema: { type: integer } }
    put:
      requestBody:
        content:
          application/json:
            schema: { oneOf: [{ $ref: '#/components/schemas/named' }, { $ref: '#/components/schemas/numbered' }] }
components:
  schemas:
    search: { type: object, required: [query], properties: { query: { type: object } } }
    named: { type: object, required: [name], properties: { name: { type: string, nullable: true } } }
    numbered: { type: object, required: [number], properties: { number: { type: integer } } }
`;

const checker = createOpenapiChecker(DESCRIPTION);

function problems(some: Partial<SentRequest>): string[] {
  return checker.problemsOf({
    method: 'GET',
    path: '/things/1',
    query: '',
    version: '2.16',
    requestBody: null,
    ...some,
  });
}

describe('the check against a description', () => {
  it('passes what is described', () => {
    expect(problems({ query: 'page=2' })).toEqual([]);
    expect(problems({ method: 'POST', path: '/things/search', requestBody: '{"query":{}}' })).toEqual([]);
    expect(problems({ method: 'PUT', requestBody: '{"name":null}' })).toEqual([]);
    expect(problems({ method: 'PUT', requestBody: '{"number":7}' })).toEqual([]);
  });

  it('names an operation, a version, a parameter, a key and a value that are not', () => {
    expect(problems({ path: '/nothing' })).toEqual(['no such operation is described']);
    expect(problems({ version: '2.14' })).toEqual(['Intercom-Version is 2.14']);
    expect(problems({ query: 'size=2' })).toEqual(['query parameter size is not described']);
    expect(problems({ query: 'page=two' })).toHaveLength(1);
    expect(problems({ method: 'PUT', requestBody: '{"name":"a","colour":"red"}' })).toEqual([
      'body key colour is not described',
    ]);
    expect(problems({ method: 'PUT', requestBody: '{"number":"seven"}' })).not.toEqual([]);
    expect(problems({ method: 'POST', path: '/things/search' })).toEqual(['the body is missing']);
  });

  it("reads Intercom's own description when it is there", () => {
    const real = loadOpenapiChecker();
    if (real === null) {
      console.log(
        'The OpenAPI description of Intercom is not beside the checkout: nothing was checked against it.',
      );
      return;
    }
    const request = { method: 'POST', path: '/contacts', query: '', version: '2.16', requestBody: null };
    expect(real.problemsOf({ ...request, requestBody: '{"external_id":"1","email":"a@b.example"}' })).toEqual(
      [],
    );
    expect(real.problemsOf({ ...request, requestBody: '{"external_id":1}' })).not.toEqual([]);
    expect(real.problemsOf({ ...request, path: '/contact' })).not.toEqual([]);
  });
});
