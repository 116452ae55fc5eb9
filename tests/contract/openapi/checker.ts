import { existsSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { parse } from 'yaml';

/** Intercom's own description, when its folder is beside the checkout. It is not ours to ship. */
const DESCRIPTION = new URL('../../../../shared/reference/intercom-openapi/2.16.yaml', import.meta.url);

/** Calls that another document describes: installation and the health of an app (Intercom app platform). */
const OUTSIDE = [/^\/oauth/, /^\/auth\//, /^\/appstore\//, /^\/app_install\//];

const VERSION = '2.16';

/**
 * Lists whose answer has `pages` with a number of the page, while the description of the call leaves out the parameters
 * that ask for one. Its section on pagination has them.
 */
const NUMBERED_PAGES = new Set(['get /help_center/collections', 'get /articles']);
const PAGE_PARAMETERS = ['page', 'per_page'].map((name): Parameter => ({
  name,
  in: 'query',
  schema: { type: 'integer' },
}));

export interface SentRequest {
  method: string;
  path: string;
  /** Without the question mark. */
  query: string;
  version: string | null;
  requestBody: string | null;
}

export interface OpenapiChecker {
  /** What is wrong with a request, in words; empty when it is as described. */
  problemsOf(request: SentRequest): string[];
}

type Json = Record<string, unknown>;

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Json;
}

interface Operation {
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { required?: boolean; content?: Record<string, { schema?: Json }> };
}

interface Description {
  paths: Record<string, Record<string, Operation> & { parameters?: Operation['parameters'] }>;
  components: Record<string, unknown>;
}

/** A value of a custom attribute, as the description's own examples and texts have them. */
const ATTRIBUTE_VALUE = {
  anyOf: [{ type: ['string', 'number', 'boolean', 'null'] }, { type: 'array', items: { type: 'string' } }],
};

/**
 * Where the description contradicts its own examples, the examples win:
 * - contact ids are declared as `uuid` of 24 characters; every example is a 24-digit hexadecimal number;
 * - values of `custom_attributes` are declared as strings; the examples hold booleans, numbers and lists of ids, and the
 *   texts clear a value with null.
 */
function amended(schema: Json): Json {
  if (schema['format'] === 'uuid' && schema['maxLength'] === 24) {
    const { format: _format, ...rest } = schema;
    return rest;
  }
  const properties = schema['properties'] as Json | undefined;
  if (properties?.['custom_attributes'] === undefined) return schema;
  return {
    ...schema,
    properties: {
      ...properties,
      custom_attributes: { type: 'object', nullable: true, additionalProperties: ATTRIBUTE_VALUE },
    },
  };
}

/** Null when the description is not beside the checkout. */
export function loadOpenapiChecker(): OpenapiChecker | null {
  return existsSync(DESCRIPTION) ? createOpenapiChecker(readFileSync(DESCRIPTION, 'utf8')) : null;
}

export function createOpenapiChecker(yaml: string): OpenapiChecker {
  const description = parse(yaml) as Description;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  const addFormats = addFormatsModule as unknown as (target: Ajv) => void;
  addFormats(ajv);
  ajv.addFormat('timestamp', true);
  ajv.addSchema(withoutOpenapiWords({ components: description.components }) as Json, 'openapi');
  const routes = Object.keys(description.paths).map((template) => ({
    template,
    pattern: new RegExp(
      `^${template
        .split(/\{[^}]+\}/)
        .map(escape)
        .join('([^/]+)')}$`,
    ),
    variables: (template.match(/\{[^}]+\}/g) ?? []).length,
  }));
  // A literal segment wins over a variable: /contacts/search is not the contact `search`.
  routes.sort((a, b) => a.variables - b.variables);
  const compiled = new Map<string, ValidateFunction>();

  function validatorOf(key: string, schema: Json): ValidateFunction {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const validate = ajv.compile(withoutOpenapiWords(schema) as Json);
    compiled.set(key, validate);
    return validate;
  }

  function resolve<T>(item: T | { $ref: string }): T {
    if (typeof item !== 'object' || item === null || !('$ref' in item)) return item;
    let found: unknown = description;
    for (const step of item.$ref.slice(2).split('/')) found = (found as Json)[step];
    return found as T;
  }

  /** Every key that any branch of a schema names; null when the schema is open on purpose. */
  function namedKeys(schema: Json): Set<string> | null {
    const own = resolve<Json>(schema);
    if (own['additionalProperties'] !== undefined && own['additionalProperties'] !== false) return null;
    const keys = new Set(Object.keys((own['properties'] as Json | undefined) ?? {}));
    for (const word of ['allOf', 'oneOf', 'anyOf']) {
      for (const branch of (own[word] as Json[] | undefined) ?? []) {
        const more = namedKeys(branch);
        if (more === null) return null;
        for (const key of more) keys.add(key);
      }
    }
    return keys;
  }

  function queryProblems(name: string, parameters: Parameter[], query: URLSearchParams): string[] {
    const problems: string[] = [];
    for (const [key, value] of query) {
      const parameter = parameters.find((each) => each.in === 'query' && each.name === key);
      if (parameter === undefined) problems.push(`query parameter ${key} is not described`);
      else if (parameter.schema !== undefined) {
        const validate = validatorOf(`${name} ?${key}`, parameter.schema);
        if (!validate(coerced(value, resolve<Json>(parameter.schema)['type'])))
          problems.push(`query ${key}=${value}: ${ajv.errorsText(validate.errors)}`);
      }
    }
    for (const parameter of parameters) {
      if (parameter.in === 'query' && parameter.required === true && !query.has(parameter.name))
        problems.push(`query parameter ${parameter.name} is missing`);
    }
    return problems;
  }

  function bodyProblems(name: string, operation: Operation, body: string | null): string[] {
    const described = operation.requestBody === undefined ? undefined : resolve(operation.requestBody);
    if (body === null) return described?.required === true ? ['the body is missing'] : [];
    const schema = described?.content?.['application/json']?.schema;
    if (schema === undefined) return ['a body is sent and none is described'];
    const value: unknown = JSON.parse(body);
    const validate = validatorOf(`${name} body`, schema);
    const problems = validate(value) ? [] : [ajv.errorsText(validate.errors, { dataVar: 'body' })];
    const keys = namedKeys(schema);
    const unknown = Object.keys(value as Json).filter((key) => keys !== null && !keys.has(key));
    return [...problems, ...unknown.map((key) => `body key ${key} is not described`)];
  }

  return {
    problemsOf(request) {
      if (OUTSIDE.some((outside) => outside.test(request.path))) return [];
      const method = request.method.toLowerCase();
      const route = routes.find(
        ({ template, pattern }) =>
          pattern.test(request.path) && description.paths[template]?.[method] !== undefined,
      );
      if (route === undefined) return ['no such operation is described'];
      const path = description.paths[route.template] ?? {};
      const operation = path[method] ?? {};
      const name = `${method} ${route.template}`;
      const parameters = [
        ...[...(path.parameters ?? []), ...(operation.parameters ?? [])].map((each) =>
          resolve<Parameter>(each),
        ),
        ...(NUMBERED_PAGES.has(name) ? PAGE_PARAMETERS : []),
      ];
      return [
        ...(request.version === VERSION ? [] : [`Intercom-Version is ${request.version ?? 'absent'}`]),
        ...queryProblems(name, parameters, new URLSearchParams(request.query)),
        ...bodyProblems(name, operation, request.requestBody),
      ];
    },
  };
}

function escape(text: string): string {
  return text.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&');
}

function coerced(value: string, type: unknown): unknown {
  if (type === 'integer' || type === 'number') return Number(value);
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return value;
}

/** OpenAPI 3.0 as JSON Schema: `nullable` also allows null, references point into the one registered document. */
function withoutOpenapiWords(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutOpenapiWords);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, discriminator: _discriminator, example: _example, ...rest } = amended(schema as Json);
  const converted = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string'
        ? value.replace(/^#/, 'openapi#')
        : withoutOpenapiWords(value),
    ]),
  );
  return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
}
