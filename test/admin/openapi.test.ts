import { readFileSync } from 'node:fs'
import { adminOpenApi } from 'tollgate'
import { describe, expect, it } from 'vitest'
import { ADMIN_ROUTES } from '../../packages/gateway/src/admin/routes.ts'
import { OPENAPI_FILE, openApiText } from '../../scripts/build-openapi.ts'

interface Operation {
  readonly operationId: string
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<Record<string, object>>
}

const { paths } = adminOpenApi() as { paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }
const operations = Object.values(paths).flatMap((here) => Object.values(here))

it('is committed as the routes are: npm run build:docs', () => {
  expect(readFileSync(OPENAPI_FILE, 'utf8')).toBe(openApiText())
})

describe('the document', () => {
  it('has each route once, by a name of its own', () => {
    expect(operations).toHaveLength(ADMIN_ROUTES.length)
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  })

  it('names every parameter that stands in an address', () => {
    for (const [path, here] of Object.entries(paths)) {
      const wanted = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name)
      for (const { parameters } of Object.values(here))
        expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(
          wanted,
        )
    }
  })

  it('says what is answered, and how refusals look', () => {
    for (const { operationId, responses } of operations) {
      const [status] = Object.keys(responses)
      expect(['200', '201', '204'], operationId).toContain(status)
      expect(responses.default, operationId).toEqual({ $ref: '#/components/responses/Error' })
    }
  })

  it('refuses unknown fields, as the API does, and never asks for a number where money is meant', () => {
    const text = JSON.stringify(adminOpenApi())
    expect(text).not.toMatch(/"[a-z_]*usd":\{"type":"(?:number|integer)"/)
    const { requestBody } = paths['/admin/v1/teams']!.post as unknown as {
      requestBody: { content: { 'application/json': { schema: { additionalProperties: boolean } } } }
    }
    expect(requestBody.content['application/json'].schema.additionalProperties).toBe(false)
  })
})
