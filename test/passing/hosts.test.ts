import type { Provider } from '@tollgate/kit/wire'
import { azureProvider, bedrockProvider, vertexProvider } from '@tollgate/kit/wire'
import { describe, expect, it } from 'vitest'
import { isSigned } from '../../packages/testing/src/hosts/aws-signature.ts'
import {
  type Arrived,
  OPERATORS_KEY,
  type PaidApi,
  paidApi,
  passingService,
  says,
} from '../support/passing.ts'
import { BUDGETS } from '../support/two-apis.ts'

const TOKEN = 'ya29.a-token-of-the-operators'
const PLACE = '/v1/projects/acme/locations/europe-west4'
const REGION = 'eu-central-1'
const KEYS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }

const azure = ({ url }: PaidApi) => azureProvider({ baseUrl: url, apiKey: OPERATORS_KEY })
const vertex = ({ url }: PaidApi) =>
  vertexProvider({ project: 'acme', location: 'europe-west4', token: async () => TOKEN, baseUrl: url })
const bedrock = ({ url }: PaidApi) =>
  bedrockProvider({ region: REGION, credentials: KEYS, baseUrl: url, controlUrl: url })

async function hosted(of: (api: PaidApi) => Provider, options: object = {}) {
  const api = await paidApi(says({ ok: true }))
  return { api, ...(await passingService({ providers: [of(api)], budgets: BUDGETS, ...options })) }
}

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** As the signature of AWS's own page reads it. */
function signed({ method, url, headers, body }: Arrived): boolean {
  const entry = { method, path: url, headers, rawBody: body } as Parameters<typeof isSigned>[0]
  return isSigned(entry, { ...KEYS, region: REGION })
}

describe('what is no call of a model, at a host', () => {
  it('of Azure goes out with the resource’s key', async () => {
    const { api, fetch, key } = await hosted(azure)
    const answer = await fetch('/azure/openai/v1/files', { method: 'POST', body: 'a file' })
    expect([answer.status, answer.headers.get('x-tollgate-provider')]).toEqual([200, 'azure'])
    const [{ url, headers, body }] = api.arrived as [Arrived]
    expect([url, headers['api-key'], body.toString()]).toEqual(['/openai/v1/files', OPERATORS_KEY, 'a file'])
    expect(headers.authorization).toBeUndefined()
    expect(JSON.stringify(api.arrived)).not.toContain(key.secret)
  })

  it('of Azure goes out with a token of Entra ID’s, in the operator’s version', async () => {
    const { api, fetch } = await hosted(({ url }) =>
      azureProvider({ baseUrl: url, token: () => TOKEN, apiVersion: '2024-10-21' }),
    )
    await fetch('/azure/openai/batches/b?api-version=2099-01-01&limit=3')
    const [{ url, headers }] = api.arrived as [Arrived]
    expect(url).toBe('/openai/batches/b?api-version=2024-10-21&limit=3')
    expect([headers.authorization, headers['api-key']]).toEqual([`Bearer ${TOKEN}`, undefined])
  })

  it('of Vertex AI goes out with Google’s token, to the operator’s project alone', async () => {
    const { api, fetch } = await hosted(vertex)
    expect((await fetch(`/vertex${PLACE}/batchPredictionJobs`)).status).toBe(200)
    await fetch('/vertex/v1/projects/other/locations/europe-west4/batchPredictionJobs')
    await fetch(`/vertex${PLACE}/customJobs`, json({}))
    expect(api.arrived.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      [`${PLACE}/batchPredictionJobs`, `Bearer ${TOKEN}`],
    ])
  })

  it('of Bedrock is signed, over its method, its query and its body', async () => {
    const { api, fetch } = await hosted(bedrock, { budgets: [] })
    const answers = [
      await fetch('/bedrock/model-invocation-jobs?statusEquals=Completed&maxResults=2&nameContains=a%20b'),
      await fetch('/bedrock/model-invocation-job', json({ jobName: 'Größe' })),
      await fetch('/bedrock/model-invocation-job/abc/stop', { method: 'POST' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(api.arrived.map(({ url }) => url)).toEqual([
      '/model-invocation-jobs?statusEquals=Completed&maxResults=2&nameContains=a%20b',
      '/model-invocation-job',
      '/model-invocation-job/abc/stop',
    ])
    expect(JSON.parse(api.arrived[1]!.body.toString())).toEqual({ jobName: 'Größe' })
    expect(signed(api.arrived[1]!)).toBe(true)
    expect(signed(api.arrived[2]!)).toBe(true)
    expect(signed({ ...api.arrived[1]!, body: Buffer.from('{"jobName":"another"}') })).toBe(false)
    expect(signed({ ...api.arrived[1]!, method: 'PUT' })).toBe(false)
  })

  it('of Bedrock comes in pieces, and is held to be signed, up to as much as may be', async () => {
    const { api, raw } = await hosted(bedrock, { budgets: [], proxy: { maxBodyBytes: 100 } })
    const headers = ['content-type', 'application/json', 'transfer-encoding', 'chunked']
    const sent = (body: string) => raw({ method: 'POST', path: '/bedrock/async-invoke', headers, body })
    expect((await sent('{"modelId":"x"}')).status).toBe(200)
    expect(api.arrived[0]?.headers).toMatchObject({ 'content-length': '15' })
    expect(signed(api.arrived[0]!)).toBe(true)
    expect((await sent(`{"modelId":"${'x'.repeat(100)}"}`)).status).toBe(413)
    expect(api.arrived).toHaveLength(1)
  })

  it.each([
    ['/azure/openai/v1/batches', azure],
    ['/azure/fine_tuning/jobs', azure],
    [`/vertex${PLACE}/batchPredictionJobs`, vertex],
    ['/vertex/publishers/google/models/veo-3:predictLongRunning', vertex],
    ['/bedrock/model-invocation-job', bedrock],
    ['/bedrock/async-invoke', bedrock],
  ] as const)('that has no known cost is refused under a hard budget in USD: %s', async (path, of) => {
    const { api, fetch, books } = await hosted(of)
    const answer = await fetch(path, json({}))
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('price_unknown')])
    expect(api.arrived).toEqual([])
    expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  it('is of the class that its word for batches and tuning stands for', async () => {
    const { fetch } = await hosted(vertex, {
      budgets: [],
      tiers: { default: { models: ['*'], approval: 'none' } },
    })
    for (const path of ['batchPredictionJobs', 'tuningJobs']) {
      expect((await fetch(`/vertex/${path}`)).status, path).toBe(403)
    }
  })

  it('is not asked for where there are no credentials to be had, and nothing is held', async () => {
    const { api, fetch, books } = await hosted(({ url }) =>
      azureProvider({ baseUrl: url, token: () => Promise.reject(new Error('no identity here')) }),
    )
    const answer = await fetch('/azure/openai/v1/files')
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.not.stringContaining('no identity here'),
    ])
    expect(api.arrived).toEqual([])
    await expect.poll(books).toMatchObject({ spent: 0, reserved: 0 })
  })
})
