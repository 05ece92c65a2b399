import { z } from 'zod'
import type { AdminRoute } from './route.ts'

type Json = Readonly<Record<string, unknown>>

const INFO = {
  title: 'Tollgate admin API',
  version: '1',
  description:
    'What operators do with orgs, teams, projects, users, keys, tiers, budgets and grants. Money is decimal text in USD, times are ISO 8601.',
} as const

const ERROR: Json = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: 'string' },
      },
      required: ['message', 'type', 'param', 'code'],
    },
  },
  required: ['error'],
}

/** The routes as OpenAPI: https://spec.openapis.org/oas/v3.1.0. A schema that has an id is told once, by that name. */
export function openApi(routes: readonly AdminRoute[]): Json {
  const named = new Map<string, Json>([['Error', ERROR]])
  const schemaOf = (schema: z.ZodType) => hoisted(schema, named)
  const paths = [...Map.groupBy(routes, ({ path }) => path)].map(([path, here]) => [
    path,
    Object.fromEntries(here.map((route) => [route.method.toLowerCase(), operation(route, schemaOf)])),
  ])
  return {
    openapi: '3.1.0',
    info: INFO,
    security: [{ bearer: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(named),
      responses: {
        Error: {
          description: 'A refusal; `code` says which.',
          content: jsonContent({ $ref: '#/components/schemas/Error' }),
        },
      },
    },
  }
}

type SchemaOf = (schema: z.ZodType) => Json

function operation(route: AdminRoute, schemaOf: SchemaOf): Json {
  const { tag, summary, role, ownership, body } = route
  const lead = ownership === 'team' ? ' A team lead: within teams of theirs.' : ''
  return {
    operationId: operationId(route),
    tags: [tag],
    summary,
    description: `Takes the role \`${role}\`.${lead}`,
    parameters: parametersOf(route, schemaOf),
    ...(body && { requestBody: { required: true, content: jsonContent(schemaOf(body)) } }),
    responses: responsesOf(route, schemaOf),
  }
}

/** `POST /admin/v1/keys/{id}/rotate` → `post_keys_id_rotate`: stable, and unique by construction. */
function operationId({ method, path }: AdminRoute): string {
  const words = path
    .replace('/admin/v1/', '')
    .replaceAll(/[{}]/g, '')
    .split(/[^A-Za-z0-9]+/)
  return [method.toLowerCase(), ...words].filter(Boolean).join('_')
}

function parametersOf({ method, path, query, revised }: AdminRoute, schemaOf: SchemaOf): Json[] {
  const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !(schema as z.ZodType).isOptional(),
    schema: schemaOf(schema as z.ZodType),
  }))
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  })
  return [
    ...inPath,
    ...inQuery,
    ...(revised && method !== 'GET' ? [header('If-Match', 'The etag of the revision that is meant.')] : []),
    ...(method === 'POST'
      ? [header('Idempotency-Key', 'The same key and body again: the same answer.')]
      : []),
  ]
}

function responsesOf({ method, path, answer, revised }: AdminRoute, schemaOf: SchemaOf): Json {
  const headers = revised && { headers: { etag: { schema: { type: 'string' } } } }
  const creates = method === 'POST' && !path.includes('{')
  const good = answer
    ? { [creates ? 201 : 200]: { description: 'Done.', ...headers, content: jsonContent(schemaOf(answer)) } }
    : { 204: { description: 'Done.' } }
  return { ...good, default: { $ref: '#/components/responses/Error' } }
}

function jsonContent(schema: Json): Json {
  return { 'application/json': { schema } }
}

const DEFINED = '#/$defs/'
const NAMED = '#/components/schemas/'

/** A schema as what is written, which is also what is answered; what it calls by a name goes to the others of the document. */
function hoisted(schema: z.ZodType, named: Map<string, Json>): Json {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const { $schema: _, $defs = {}, ...rest } = JSON.parse(JSON.stringify(json).replaceAll(DEFINED, NAMED))
  for (const [name, definition] of Object.entries($defs)) named.set(name, definition as Json)
  return rest
}
