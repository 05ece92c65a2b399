import { ownerCheck, sqliteOwners } from '@tollgate/kit'
import type { Provider } from '@tollgate/kit/wire'
import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'
import { closeAfter } from '../support/close-after.ts'
import { model } from '../support/openai.ts'
import { twoTenants } from '../support/two-tenants.ts'

const NOT_OURS = 'gs://acme-payroll/2026.pdf'
const OPEN = 'gs://acme-inputs/2026.pdf'

/** The same file, as each dialect names it in a call. */
const CALLS: Readonly<Record<string, (uri: string) => readonly [path: string, body: object]>> = {
  gemini: (fileUri) => [
    `/v1beta/models/${model}:generateContent`,
    { contents: [{ role: 'user', parts: [{ fileData: { fileUri, mimeType: 'application/pdf' } }] }] },
  ],
  chat: (url) => [
    '/v1/chat/completions',
    { model, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] },
  ],
  responses: (image_url) => [
    '/v1/responses',
    { model, store: false, input: [{ role: 'user', content: [{ type: 'input_image', image_url }] }] },
  ],
  messages: (url) => [
    '/v1/messages',
    {
      model,
      max_tokens: 16,
      messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }],
    },
  ],
}

/** A gateway before a provider that reads buckets with the operator's credentials. */
async function reading(more: Partial<Provider> = { conversations: 'owned' }) {
  const owners = sqliteOwners(':memory:')
  closeAfter(async () => owners.close())
  let providers: Provider[] = []
  const gateway = await assemble({
    routing({ baseUrl, ...simulated }) {
      providers = [
        {
          ...simulated,
          name: 'google',
          dialect: 'gemini',
          baseUrl: `${new URL(baseUrl).origin}/v1beta`,
          ...more,
        },
      ]
      return { providers }
    },
    between: () => [ownerCheck({ owners, providers })],
  })
  const call = async (dialect: string, uri: string) => {
    const [path, body] = CALLS[dialect]!(uri)
    return fetch(`${new URL(gateway.url).origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: gateway.key.authorization },
      body: JSON.stringify(body),
    })
  }
  return { ...gateway, call }
}

describe('a bucket of the operator’s', () => {
  it.each(Object.keys(CALLS))('is read for nobody who has not been let: %s', async (dialect) => {
    const { call, provider } = await reading()
    for (const uri of [NOT_OURS, 'GS://acme-payroll/x', 'gs%3A//acme-payroll/x']) {
      const answer = await call(dialect, uri)
      expect([answer.status, await answer.text()]).toEqual([404, expect.stringMatching(/not stored here/)])
    }
    expect(provider.totals().requests).toBe(0)
  })

  it.each(Object.keys(CALLS))('is read for all where it is open, and no other is: %s', async (dialect) => {
    const { call, provider } = await reading({ conversations: 'owned', buckets: ['gs://acme-inputs'] })
    expect((await call(dialect, OPEN)).status).toBe(200)
    expect(provider.totals().requests).toBe(1)
    for (const uri of [NOT_OURS, 'gs://acme-inputs-of-others/x', 'gs://acme-inputs'])
      expect((await call(dialect, uri)).status, uri).toBe(404)
    expect(provider.totals().requests).toBe(1)
  })

  it('is nobody’s business where all callers are one tenant', async () => {
    const { call } = await reading({ conversations: 'shared' })
    expect((await call('gemini', NOT_OURS)).status).toBe(200)
  })
})

describe('a job', () => {
  it.each([
    ['reads none', { inputConfig: { gcsSource: { uris: [OPEN, NOT_OURS] } } }],
    ['writes none', { outputConfig: { gcsDestination: { outputUriPrefix: NOT_OURS } } }],
    ['reads no table', { inputConfig: { bigquerySource: { inputUri: 'bq://acme.payroll.all' } } }],
    ['puts its film into none', { instances: [{ prompt: 'x' }], parameters: { storageUri: NOT_OURS } }],
    ['of AWS reads none', { inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://acme-payroll/x' } } }],
  ])('%s', async (_, job) => {
    const { hers, api } = await twoTenants((res) => void res.end('{}'), {
      providers: [{ name: 'gemini', dialect: 'gemini', buckets: ['gs://acme-inputs/'] }],
    })
    const ask = (body: object) =>
      hers({
        path: '/gemini/v1beta/batchPredictionJobs',
        headers: ['content-type', 'application/json'],
        body: JSON.stringify(body),
      })
    expect((await ask(job)).status).toBe(404)
    expect(api.arrived).toEqual([])
    expect((await ask({ inputConfig: { gcsSource: { uris: [OPEN] } } })).status).toBe(200)
  })
})
