import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { systemClock } from '@tollgate/kit/core'
import { budgetFrom } from '@tollgate/kit/ledger'
import { auditLog } from '@tollgate/kit/stages/audit-log'
import { azureProvider, bedrockProvider, FORMATS, type Provider, vertexProvider } from '@tollgate/kit/wire'
import { memoryLedger, TEST_MASTER_KEY, testDirectory, testKey } from '@tollgate/testing'
import { loadConfig } from 'tollgate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { service } from '../../packages/gateway/src/service.ts'
import { closeAfter } from '../support/close-after.ts'
import { ADA, place, SECRET } from '../support/gateway.ts'
import { serve } from '../support/http.ts'
import { type PaidApi, paidApi, says } from '../support/passing.ts'

/** Where a request is mounted, as far as Express tells. */
interface Layer {
  readonly name: string
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> }
}

interface Mounted {
  readonly layers: readonly Layer[]
  readonly url: string
  readonly api: PaidApi
  readonly authorization: string
  books(): Promise<{ readonly spent: number; readonly reserved: number }>
}

/** Everything that a gateway serves, for a key that has nothing left, with a provider of each kind behind it. */
async function mounted(limit_usd: string): Promise<Mounted> {
  const api = await paidApi(says({ id: 'x', usage: {} }))
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
  closeAfter(async () => rmSync(cwd, { recursive: true }))
  const providers = ['openai', 'anthropic', 'gemini', 'http'].map(
    (dialect) =>
      `  ${dialect === 'http' ? 'paid' : dialect}: { dialect: ${dialect}, baseUrl: "${api.url}/v1" }`,
  )
  writeFileSync(join(cwd, 'tollgate.yaml'), `providers:\n${providers.join('\n')}\n`)
  const config = loadConfig({ file: 'tollgate.yaml', env: {}, cwd })
  const key = testKey()
  const ledger = memoryLedger()
  closeAfter(() => ledger.close())
  await ledger.provision(key.org, 'org:test', [])
  await ledger.provision(key.org, key.account, [budgetFrom({ limit_usd, period: 'daily' })])
  const store = { ledger, directory: testDirectory(key), masterKey: Buffer.from(TEST_MASTER_KEY) }
  const models = [
    ...config.providers.map(({ name, dialect, baseUrl }): Provider => ({ name, dialect, baseUrl })),
    ...hostsAt(api.url),
  ]
  const audit = auditLog({ ledger, sinks: [] })
  closeAfter(async () => void (await audit.close()))
  const { app } = service({ config, store, providers: models, audit, clock: systemClock })
  return {
    layers: (app as unknown as { router: { stack: readonly Layer[] } }).router.stack,
    url: await serve(app as RequestListener),
    api,
    authorization: key.authorization,
    books: async () => (await ledger.read(key.org, [key.account]))[0]!,
  }
}

/** A host of each kind. */
function hostsAt(baseUrl: string): Provider[] {
  return [
    azureProvider({ baseUrl, apiKey: 'k' }),
    vertexProvider({ project: 'p', location: 'l', token: () => 't', baseUrl }),
    bedrockProvider({ region: 'r', apiKey: 'k', baseUrl, controlUrl: baseUrl }),
  ]
}

/** How each thing that is mounted keeps to a budget. Whoever mounts another one says it here, and shows it below. */
const METERS: Readonly<Record<string, string>> = {
  calls: 'by its format',
  'GET /v1/models': 'buys nothing',
  'GET /v1/models/*id': 'buys nothing',
  'GET /tollgate/me': 'buys nothing',
  'GET /tollgate/access': 'buys nothing',
  'POST /tollgate/access': 'buys nothing',
  'GET /healthz': 'buys nothing',
  'GET /readyz': 'buys nothing',
  passing: 'by its passage',
  'nothing-here': 'refuses',
  tollgateErrors: 'refuses',
}

function namesOf({ name, route }: Layer): string[] {
  if (!route) return [name]
  if (route.path instanceof RegExp) return ['calls']
  const methods = Object.keys(route.methods).map((method) => method.toUpperCase())
  const paths = [route.path].flat() as string[]
  return paths.flatMap((path) => methods.map((method) => `${method} ${path}`))
}

/** A body that every format finds what it reads in. */
const ANYTHING = {
  model: 'gpt-4o',
  max_tokens: 10,
  messages: [{ role: 'user', content: 'hello' }],
  prompt: 'hello',
  input: 'hello',
  voice: 'alloy',
  contents: [{ role: 'user', parts: [{ text: 'hello' }] }],
  content: { parts: [{ text: 'hello' }] },
  requests: [{ model: 'models/gpt-4o', content: { parts: [{ text: 'hello' }] } }],
}

/** Formats that no provider bills: they pass a budget that has nothing left, and are charged nothing. */
const FREE_FORMATS: ReadonlySet<string> = new Set(['count_tokens', 'moderations'])

/** @see PAINS P11: LiteLLM #36646, #10238, #10750, #38176; Bifrost #2873: what is passed through skips the budget. */
describe('P11: of everything that is mounted', () => {
  let gateway: Mounted
  beforeEach(async () => {
    gateway = await mounted('0')
  })
  /** Whatever a provider was asked cost nothing. */
  afterEach(async () => {
    expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  const asKey = (init: RequestInit = {}): RequestInit => ({
    ...init,
    headers: { authorization: gateway.authorization, 'content-type': 'application/json' },
  })

  it('nothing is mounted that has no meter', () => {
    expect(gateway.layers.flatMap(namesOf)).toEqual(Object.keys(METERS))
  })

  it.each(FORMATS.flatMap(({ endpoint, suffixes }) => suffixes.map((suffix) => [endpoint, suffix] as const)))(
    '%s at %s reaches no provider on a budget of nothing, unless it costs nothing',
    async (endpoint, suffix) => {
      const path = suffix.startsWith(':')
        ? `/v1beta/models/gpt-4o${suffix}`
        : suffix.replace(/^(?!\/v1)/, '/v1')
      const answer = await fetch(
        gateway.url + path,
        asKey({ method: 'POST', body: JSON.stringify(ANYTHING) }),
      )
      const said = await answer.text()
      if (FREE_FORMATS.has(endpoint)) return expect(gateway.api.arrived.length, said).toBeLessThanOrEqual(1)
      expect(gateway.api.arrived, `${endpoint}: ${said}`).toEqual([])
      // A body that its format cannot read is refused as well, and a model that nobody serves there.
      expect([400, 404, 415, 429], said).toContain(answer.status)
      if (answer.status === 429) expect(said).toContain('budget_exceeded')
      for (const method of ['GET', 'PUT', 'DELETE']) {
        expect((await fetch(gateway.url + path, asKey({ method }))).status).toBe(405)
      }
      expect(gateway.api.arrived).toEqual([])
    },
  )

  it.each(['/v1', '/openai/v1', '/anthropic/v1', '/gemini/v1beta', '/paid/v1'])(
    'what is passed through below %s is asked only where that costs nothing',
    async (base) => {
      for (const path of [
        'files',
        'batches',
        'batches/b',
        'fine_tuning/jobs',
        'tools/x',
        'responses/r',
        'a',
      ]) {
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) {
          const { arrived } = gateway.api
          const before = arrived.length
          const { status } = await fetch(`${gateway.url}${base}/${path}`, asKey({ method }))
          expect([200, 400], `${method} ${base}/${path}`).toContain(status)
          expect(arrived.length - before).toBe(status === 200 ? 1 : 0)
        }
      }
      const free = gateway.api.arrived.map(({ method, url }) => `${method} ${url}`)
      if (base === '/paid/v1') expect(free).toEqual([])
      else
        expect(free.filter((line) => /^(POST|PUT|PATCH) (?!\/v1\/(v1beta\/)?files$)/.test(line))).toEqual([])
    },
  )

  /** Of hosts, and of Gemini's uploads: what is asked there, and what a budget of nothing lets through. */
  const HOSTED = {
    '/azure/openai/v1': [
      'files',
      'batches',
      'batches/b/cancel',
      'fine_tuning/jobs',
      'deployments/d',
      'models',
      'realtime/sessions',
    ],
    '/vertex/v1/projects/p/locations/l': [
      'batchPredictionJobs',
      'batchPredictionJobs/b',
      'batchPredictionJobs/b:cancel',
      'tuningJobs',
      'cachedContents/c',
      'customJobs',
      'endpoints/e:predict',
      'publishers/google/models/veo:predictLongRunning',
      'publishers/google/models/veo:fetchPredictOperation',
      'publishers/anthropic/models/claude:rawPredict',
    ],
    '/vertex/v1/projects/another/locations/l': ['batchPredictionJobs'],
    '/bedrock': [
      'model-invocation-job',
      'model-invocation-jobs',
      'model-invocation-job/j/stop',
      'model-customization-jobs',
      'async-invoke',
      'guardrail/g/version/1/apply',
      'model/m/converse',
      'model/m/invoke',
      'provisioned-model-throughput',
    ],
    '/upload/v1beta': [
      'files',
      'files?upload_id=u',
      'fileSearchStores/s:uploadToFileSearchStore',
      'models/m:generateContent',
    ],
  }
  const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']
  /** Free of charge, by the providers' pages that `free-paths.ts` and the hosts' own rooms name. */
  const FREE_POSTS =
    /^POST .*(?:\/files|:cancel|\/cancel|\/stop|:fetchPredictOperation)$|^(?:POST|PUT) .*upload.*\/files(?:\?.*)?$/

  it.each(Object.entries(HOSTED))(
    'what a host is asked below %s reaches it only where that is free',
    async (base, paths) => {
      const { arrived } = gateway.api
      for (const path of paths) {
        for (const method of METHODS) {
          const before = arrived.length
          const { status } = await fetch(`${gateway.url}${base}/${path}`, asKey({ method }))
          expect(arrived.length - before, `${method} ${base}/${path}`).toBe(status === 200 ? 1 : 0)
        }
      }
      const asked = arrived.map(({ method, url }) => `${method} ${url}`)
      expect(asked.filter((line) => /^(?:POST|PUT|PATCH) /.test(line) && !FREE_POSTS.test(line))).toEqual([])
      expect(asked.join()).not.toMatch(
        /deployments|realtime|customJobs|endpoints|Predict\b|another|\/model\/|provisioned/,
      )
    },
  )

  it('nobody is served without a key, but for what says that the process is there', async () => {
    const open: string[] = []
    for (const path of [
      '/v1/models',
      '/tollgate/me',
      '/tollgate/access',
      '/healthz',
      '/readyz',
      '/v1/files',
      '/paid/v1/x',
      '/azure/openai/v1/files',
      '/vertex/batchPredictionJobs',
      '/bedrock/model-invocation-jobs',
      '/upload/v1beta/files',
      '/x',
    ]) {
      const { status } = await fetch(gateway.url + path)
      if (status === 200) open.push(path)
      else expect([401, 404], path).toContain(status)
    }
    expect(open).toEqual(['/healthz', '/readyz'])
  })
})

describe('an upgrade', () => {
  const HANDSHAKE = [
    'upgrade: websocket',
    'connection: Upgrade',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  ]

  async function upgrade(url: string, path: string, headers: readonly string[] = []): Promise<string> {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write([`GET ${path} HTTP/1.1`, 'host: x', ...HANDSHAKE, ...headers, '', ''].join('\r\n'))
    const said = text(socket)
    socket.setTimeout(5000, () => socket.destroy())
    return said
  }

  it.each(['/v1/realtime?model=gpt-realtime', '/openai/v1/realtime', '/v1/files', '/paid/v1/x', '/x'])(
    'at %s is refused without a key',
    async (path) => {
      const { start, provider, edit } = await place()
      edit('providers:', `providers:\n  paid: { dialect: http, baseUrl: "${provider.url}" }`)
      const gateway = await start()
      const said = await upgrade(gateway.url, path)
      expect(said).toMatch(/^HTTP\/1\.1 (401|404|400) /)
      expect(provider.requests).toEqual([])
    },
  )

  it.each(['/v1/files', '/openai/v1/realtime/sessions', '/paid/v1/x'])(
    'at %s is passed through to nobody, with a key neither',
    async (path) => {
      const { start, provider, edit } = await place(ADA)
      edit('providers:', `providers:\n  paid: { dialect: http, baseUrl: "${provider.url}" }`)
      const said = await upgrade((await start()).url, path, [`authorization: Bearer ${SECRET}`])
      expect(said).toMatch(/^HTTP\/1\.1 4\d\d /)
      expect(provider.requests).toEqual([])
    },
  )
})
